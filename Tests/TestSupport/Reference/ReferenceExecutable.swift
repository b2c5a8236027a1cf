package import BranchyCompute

/// A program as the reference engine runs it: instruction by instruction, as written.
package final class ReferenceExecutable: Executable {
    package let program: Program
    package let batchSize: Int
    private let layout: ReferenceLayout
    private let parameters: [Tensor]

    init(
        _ program: Program, batchSize: Int, parameters: ParameterStore
    ) throws(EngineError) {
        var tensors: [Tensor] = []
        for port in program.parameters {
            tensors.append(try program.tensor(for: port, in: parameters))
        }
        self.program = program
        self.batchSize = batchSize
        self.layout = try ReferenceLayout(program, batchSize: batchSize)
        self.parameters = tensors
    }

    package var implementations: [Implementation] {
        program.segments.enumerated().flatMap { index, segment in
            segment.instructions.map {
                Implementation(
                    segment: index, operation: $0.operation.description, name: "loops")
            }
        }
    }

    package func makeWorkspace() throws(EngineError) -> Workspace {
        let workspace = try Workspace(
            owner: self, byteCount: layout.byteCount,
            inputs: program.inputs.map { layout.slots[$0.value.index] },
            outputs: program.outputs.map { layout.slots[$0.value.index] })
        for (port, tensor) in zip(program.parameters, parameters) {
            let floats = value(port.value, at: workspace.base).floats
            for index in floats.indices { floats[index] = tensor.scalars[index] }
        }
        return workspace
    }

    package func run(_ segment: Int, in workspace: inout Workspace) throws(EngineError) {
        guard workspace.belongs(to: self) else {
            throw EngineError(.foreignWorkspace, "the workspace was made by another executable")
        }
        for instruction in program.segments[segment].instructions {
            let step = ReferenceStep(
                operands: instruction.operands.map { value($0, at: workspace.base) },
                results: instruction.results.map { value($0, at: workspace.base) })
            step.execute(instruction.operation)
            for result in instruction.results
            where program.type(of: result).element == .bfloat16 {
                value(result, at: workspace.base).roundToBFloat16()
            }
        }
    }

    private func value(
        _ value: Program.Value, at base: UnsafeMutableRawPointer
    ) -> ReferenceValue {
        ReferenceValue(
            shape: program.type(of: value).fullShape(batchSize: batchSize),
            start: base + layout.slots[value.index].offset)
    }
}

/// A value in a workspace: its full shape and where its numbers begin.
///
/// A selection holds `Int32`: the position of each maximum in the source.
struct ReferenceValue {
    let shape: Shape
    let start: UnsafeMutableRawPointer

    // Safety: the layout gave the value `shape.elementCount` elements of four bytes at `start`, in
    // a block that outlives the run.
    var floats: UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(
            start: start.assumingMemoryBound(to: Float.self), count: shape.elementCount)
    }

    // Safety: as for `floats`.
    var integers: UnsafeMutableBufferPointer<Int32> {
        UnsafeMutableBufferPointer(
            start: start.assumingMemoryBound(to: Int32.self), count: shape.elementCount)
    }

    var zeros: [Double] { [Double](repeating: 0, count: shape.elementCount) }

    /// Rounds to the nearest number of 8 bits of significand, of two to the even one.
    func roundToBFloat16() {
        let floats = floats
        for index in floats.indices where floats[index].isFinite {
            let bits = floats[index].bitPattern
            floats[index] = Float(bitPattern: (bits + 0x7FFF + (bits >> 16) & 1) & 0xFFFF_0000)
        }
    }

    /// Rounds sums to the nearest floats.
    func store(_ sums: [Double]) {
        let floats = floats
        for index in sums.indices { floats[index] = Float(sums[index]) }
    }
}

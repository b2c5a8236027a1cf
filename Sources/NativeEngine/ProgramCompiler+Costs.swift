import BranchyCompute

/// What the calls of an instruction take.
extension ProgramCompiler {
    /// Says of the steps that were appended for an instruction what they compute and move.
    ///
    /// - Parameters:
    ///   - fusion: what they do besides.
    ///   - before: how many steps the segment had, and how many packed floats there were.
    mutating func note(
        _ instruction: Program.Instruction, _ fusion: Fusion?,
        since before: (steps: Int, weights: Int)
    ) {
        let written = fusion?.written ?? instruction.results[0]
        let others = [fusion?.other, written].compactMap(\.self)
        let values = instruction.operands.filter { parameterPorts[$0] == nil } + others
        let floats =
            values.reduce(0) { $0 + program.type(of: $1).shape.elementCount } * batchSize
            + weights.count - before.weights
        let cost = Implementation.Cost(
            firstValue: instruction.results[0], lastValue: written,
            multiplyAccumulates: program.multiplyAccumulates(of: instruction) * batchSize,
            byteCount: floats * MemoryLayout<Float>.size)
        let none = Implementation.Cost(
            firstValue: cost.firstValue, lastValue: written, multiplyAccumulates: 0, byteCount: 0)
        let added = before.steps..<steps[segment].count
        for index in added {
            steps[segment][index].implementation.note(index == added.last ? cost : none)
        }
    }
}

extension Implementation {
    fileprivate mutating func note(_ cost: Cost) {
        self = Implementation(segment: segment, operation: operation, name: name, cost: cost)
    }
}

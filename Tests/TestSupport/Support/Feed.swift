package import BranchyCompute

/// Everything that a program is given from outside: parameters when it is compiled, inputs when it
/// runs.
package struct Feed: Sendable {
    package var parameters = ParameterStore()
    /// By the name of the input.
    package var inputs: [String: Tensor] = [:]
    /// By the name of the input.
    package var targets: [String: [Int32]] = [:]

    package init() {}

    /// Numbers between -1 and 1 for all parameters and inputs of a program, and classes that its
    /// losses know.
    package init(for program: Program, batchSize: Int, seed: UInt64 = 1) {
        var generator = SeededGenerator(seed: seed)
        for port in program.parameters {
            parameters[port.name] = Tensor(
                randomIn: -1...1, program.type(of: port.value).shape, using: &generator)
        }
        for port in program.inputs {
            let type = program.type(of: port.value)
            if type.element == .int32 {
                let classes = Int32(program.classCount(of: port.value))
                targets[port.name] = (0..<batchSize).map { _ in
                    .random(in: 0..<classes, using: &generator)
                }
            } else {
                inputs[port.name] = Tensor(
                    randomIn: -1...1, type.fullShape(batchSize: batchSize), using: &generator)
            }
        }
    }

    /// The same without signs. What a program of sums and products makes of it is the sum of the
    /// magnitudes of all terms, which bounds what rounding can do to the result.
    package var magnitudes: Feed {
        var feed = self
        for (name, tensor) in parameters { feed.parameters[name] = tensor.magnitude }
        feed.inputs = inputs.mapValues(\.magnitude)
        return feed
    }
}

extension Tensor {
    package init(
        randomIn range: ClosedRange<Float>, _ shape: Shape,
        using generator: inout some RandomNumberGenerator
    ) {
        self.init(
            shape,
            (0..<shape.elementCount).map { _ in .random(in: range, using: &generator) })
    }

    fileprivate var magnitude: Tensor { Tensor(shape, scalars.map(\.magnitude)) }
}

extension Program {
    /// How many classes the losses that read these targets tell apart.
    fileprivate func classCount(of targets: Value) -> Int {
        let readers = segments.flatMap(\.instructions).filter { $0.operands.contains(targets) }
        return readers.map { type(of: $0.operands[0]).shape[0] }.min() ?? 1
    }
}

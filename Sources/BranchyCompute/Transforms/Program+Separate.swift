/// A program in two: what depends on none of the parameters that are trained, and what does.
///
/// What the first one computes of a sample stays as it is whatever is trained, so it can be kept and
/// handed to the second one any number of times.
public struct SeparatedProgram: Hashable, Sendable {
    /// What no trained parameter touches. Its outputs are what the other program reads, by
    /// ``featureName(_:)``, and behind them those of the whole program that it computes.
    public let frozen: Program
    /// What depends on a trained parameter. It reads features by their names, the first inputs.
    public let trained: Program
    /// The types of the features, in order.
    public let features: [ValueType]

    /// What a value that crosses is called in both programs, counted from 0.
    public static func featureName(_ index: Int) -> String { "feature \(index)" }
}

extension Program {
    /// This program in two.
    ///
    /// Segments keep their number and order in both; some are empty.
    ///
    /// - Parameter names: of the parameters that are trained.
    public func separated(training names: Set<String>) -> SeparatedProgram {
        let isTrained = dependence(on: names)
        let crossing = crossingValues(isTrained)
        let ports = crossing.enumerated().map {
            Port(name: SeparatedProgram.featureName($0), value: $1)
        }
        var frozen = part { !isTrained[$0.index] }
        frozen.outputs = ports + frozen.outputs
        var trained = part { isTrained[$0.index] }
        trained.inputs = ports + trained.inputs.filter { !crossing.contains($0.value) }
        return SeparatedProgram(frozen: frozen, trained: trained, features: crossing.map(type))
    }

    /// Whether each value depends on a parameter of some names, by its index.
    private func dependence(on names: Set<String>) -> [Bool] {
        var depends = [Bool](repeating: false, count: types.count)
        for port in parameters where names.contains(port.name) { depends[port.value.index] = true }
        for instruction in segments.flatMap(\.instructions)
        where instruction.operands.contains(where: { depends[$0.index] }) {
            for result in instruction.results { depends[result.index] = true }
        }
        return depends
    }

    /// The values that trained instructions read and others write, in the order of reading. The inputs
    /// of the whole program are not among them: who runs it has them.
    private func crossingValues(_ isTrained: [Bool]) -> [Value] {
        var written: Set<Value> = []
        var crossing: [Value] = []
        for instruction in segments.flatMap(\.instructions) {
            if instruction.results.contains(where: { isTrained[$0.index] }) {
                for operand in instruction.operands
                where written.contains(operand) && !crossing.contains(operand) {
                    crossing.append(operand)
                }
            } else {
                written.formUnion(instruction.results)
            }
        }
        return crossing
    }

    /// The instructions whose results are wanted, and what they read and write.
    private func part(where isWanted: (Value) -> Bool) -> Program {
        var program = self
        for segment in segments.indices {
            program.segments[segment].instructions.removeAll { !isWanted($0.results[0]) }
        }
        let read = Set(program.segments.flatMap(\.instructions).flatMap(\.operands))
        program.inputs.removeAll { !read.contains($0.value) }
        program.parameters.removeAll { !read.contains($0.value) }
        program.outputs.removeAll { !isWanted($0.value) }
        return program
    }
}

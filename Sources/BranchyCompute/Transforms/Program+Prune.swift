extension Program {
    /// This program with what some of its outputs are computed by, and nothing else.
    ///
    /// Segments keep their number and order; some may be empty. Other outputs stay where what remains
    /// writes them anyway.
    ///
    /// - Parameter names: of outputs that are wanted.
    public func pruned(toOutputs names: Set<String>) -> Program {
        var program = self
        var isRead = [Bool](repeating: false, count: types.count)
        for output in outputs where names.contains(output.name) {
            isRead[output.value.index] = true
        }
        for segment in segments.indices.reversed() {
            let needed = segments[segment].instructions.reversed().filter { instruction in
                let isNeeded = instruction.results.contains { isRead[$0.index] }
                if isNeeded { for operand in instruction.operands { isRead[operand.index] = true } }
                return isNeeded
            }
            program.segments[segment].instructions = needed.reversed()
        }
        let written = Set(program.segments.flatMap(\.instructions).flatMap(\.results))
        program.outputs.removeAll { !written.contains($0.value) }
        program.inputs.removeAll { !isRead[$0.value.index] }
        program.parameters.removeAll { !isRead[$0.value.index] }
        return program
    }
}

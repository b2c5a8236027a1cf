extension Program {
    /// This program without dropout, as inference runs it: kept elements are already scaled in
    /// training, so leaving dropout out is exact. The masks are no longer inputs.
    public func droppingDropout() -> Program {
        var program = self
        var sources: [Value: Value] = [:]
        var masks: Set<Value> = []
        for segment in segments.indices {
            for instruction in segments[segment].instructions
            where instruction.operation == .dropout {
                let source = instruction.operands[0]
                // An earlier dropout may have been this one's source.
                sources[instruction.results[0]] = sources[source] ?? source
                masks.insert(instruction.operands[1])
            }
            program.segments[segment].instructions.removeAll { $0.operation == .dropout }
        }
        program.replaceUses(by: sources)
        program.removeInputs(masks)
        return program
    }
}

extension Program {
    /// This program without dropout, as inference runs it: kept elements are already scaled in
    /// training, so leaving dropout out is exact. The masks are no longer inputs.
    public func droppingDropout() -> Program {
        var program = self
        for segment in program.segments.indices {
            for instruction in segments[segment].instructions
            where instruction.operation == .dropout {
                // Read from `program`: an earlier dropout may have been this one's source.
                program.removeDropout(writing: instruction.results[0], inSegment: segment)
            }
        }
        return program
    }

    private mutating func removeDropout(writing result: Value, inSegment segment: Int) {
        guard
            let index = segments[segment].instructions.firstIndex(where: { $0.results == [result] })
        else { return }
        let dropout = segments[segment].instructions.remove(at: index)
        replaceUses(of: result, with: dropout.operands[0])
        removeInput(dropout.operands[1])
    }
}

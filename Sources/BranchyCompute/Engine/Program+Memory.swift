extension Program {
    /// Refuses a batch that no workspace can hold, before sizes overflow: engines count samples in
    /// 32 bits, and some end the process where they divide by what became of them.
    ///
    /// - Throws: ``EngineError/Code/outOfMemory``.
    package func requireMemory(batchSize: Int) throws(EngineError) {
        let largest = types.filter(\.isBatched).map(\.shape.elementCount).max() ?? 0
        let (count, overflow) = batchSize.multipliedReportingOverflow(by: largest)
        guard batchSize <= Int32.max, !overflow, count <= Workspace.physicalMemory / 4 else {
            throw EngineError(
                .outOfMemory,
                "a batch of \(batchSize) does not fit the machine's memory; use a smaller one")
        }
    }

    /// How many bytes this program's values take, in 32 bits each, before anything is compiled:
    /// what lives at the same time, all segments run. An engine may take more, for other layouts
    /// and copies.
    package var valueBytes: (parameters: Int, perSample: Int, perBatch: Int) {
        let parameters = parameters.reduce(0) { $0 + bytes(of: $1.value) }
        return (parameters, peakBytes(isBatched: true), peakBytes(isBatched: false))
    }

    private func bytes(of value: Value) -> Int {
        let (bytes, overflow) = type(of: value).shape.elementCount
            .multipliedReportingOverflow(by: MemoryLayout<Float>.size)
        return overflow ? .max : bytes
    }

    /// The most bytes that are alive at one time, of the values of the batch or of the others.
    private func peakBytes(isBatched: Bool) -> Int {
        let instructions = segments.flatMap(\.instructions)
        var lastReads: [Value: Int] = [:]
        for (step, instruction) in instructions.enumerated() {
            for operand in instruction.operands { lastReads[operand] = step }
        }
        let parameters = Set(self.parameters.map(\.value))
        let kept = Set((inputs + outputs).map(\.value))
        let size = { (value: Value) in
            type(of: value).isBatched == isBatched && !parameters.contains(value)
                ? bytes(of: value) : 0
        }
        var alive = inputs.reduce(0) { $0.addingSaturating(size($1.value)) }
        var peak = alive
        for (step, instruction) in instructions.enumerated() {
            for result in instruction.results { alive = alive.addingSaturating(size(result)) }
            peak = max(peak, alive)
            for value in Set(instruction.operands + instruction.results)
            where lastReads[value] ?? step == step && !kept.contains(value) {
                alive -= size(value)
            }
        }
        return peak
    }
}

extension Int {
    /// The sum of two numbers of 0 or more, or the largest number there is.
    package func addingSaturating(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }

    /// The product of two numbers of 0 or more, or the largest number there is.
    package func multipliedSaturating(by other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}

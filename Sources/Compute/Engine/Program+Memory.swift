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
}

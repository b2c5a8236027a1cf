/// What an engine picked for one instruction.
public struct Implementation: Hashable, Sendable {
    /// The index of the segment in which it runs.
    public let segment: Int
    /// What is computed, such as `convolution`; or `reorder`, where a layout changes.
    public let operation: String
    /// The engine's own name for how, such as `jit:avx512_core`.
    public let name: String
    /// What it takes, where the engine says that.
    public let cost: Cost?

    /// Describes a choice.
    public init(segment: Int, operation: String, name: String, cost: Cost? = nil) {
        self.segment = segment
        self.operation = operation
        self.name = name
        self.cost = cost
    }

    /// What it takes to compute an instruction, for a whole batch.
    ///
    /// Where an engine needs several calls for one instruction, the last of them has all of the
    /// numbers, and the others have zeros.
    public struct Cost: Hashable, Sendable {
        /// What the instruction writes; of several that are one call, what the first one does. A
        /// program numbers its values in the order in which they are computed.
        public let firstValue: Program.Value
        /// What the last one writes.
        public let lastValue: Program.Value
        /// Multiply-accumulates, as ``Program/multiplyAccumulates(of:)`` counts them.
        public let multiplyAccumulates: Int
        /// Bytes of the values that are read and written, and of parameters as the engine packs them.
        public let byteCount: Int

        /// Describes a cost.
        public init(
            firstValue: Program.Value, lastValue: Program.Value, multiplyAccumulates: Int,
            byteCount: Int
        ) {
            self.firstValue = firstValue
            self.lastValue = lastValue
            self.multiplyAccumulates = multiplyAccumulates
            self.byteCount = byteCount
        }
    }
}

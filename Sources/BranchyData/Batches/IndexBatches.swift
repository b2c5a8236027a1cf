/// The indices of a data set cut into batches; the last one is short where the count is not a
/// multiple of the batch size, and no index is left out.
///
/// A collection: `dropFirst(step)` resumes an epoch in its middle.
public struct IndexBatches: RandomAccessCollection, Sendable {
    private let order: [Int]
    private let batchSize: Int

    private init(_ order: [Int], batchSize: Int) throws {
        guard batchSize > 0 else {
            throw DatasetError(
                .invalidConfiguration, "a batch of \(batchSize) images; expected at least 1")
        }
        self.order = order
        self.batchSize = batchSize
    }

    /// Batches in the order of the data, as an evaluation needs them.
    ///
    /// - Throws: ``DatasetError`` of code `invalidConfiguration` if `batchSize` is not positive.
    public static func inOrder(count: Int, batchSize: Int) throws -> IndexBatches {
        try IndexBatches(Array(0..<Swift.max(0, count)), batchSize: batchSize)
    }

    /// Batches in an order that depends on the count, the seed and the epoch alone.
    ///
    /// - Throws: ``DatasetError`` of code `invalidConfiguration` if `batchSize` is not positive.
    public static func shuffled(
        count: Int, batchSize: Int, seed: UInt64, epoch: Int
    ) throws -> IndexBatches {
        var generator = SplitMix64(
            seed: seed, stream: RandomPurpose.order.rawValue, UInt64(bitPattern: Int64(epoch)))
        return try IndexBatches(generator.permutation(of: count), batchSize: batchSize)
    }

    /// 0.
    public var startIndex: Int { 0 }

    /// The number of batches.
    public var endIndex: Int { order.count / batchSize + (order.count % batchSize).signum() }

    /// The indices of one batch.
    public subscript(position: Int) -> ArraySlice<Int> {
        precondition(indices.contains(position), "batch \(position) of \(count)")
        return order[position * batchSize..<order.endIndex].prefix(batchSize)
    }
}

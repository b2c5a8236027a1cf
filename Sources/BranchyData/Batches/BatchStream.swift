import BranchyCompute
import Dispatch
import Synchronization

/// A batch as an engine reads it.
public struct LoadedBatch: Hashable, Sendable {
    /// The pixels, `[N, C, H, W]`, prepared and varied.
    public let images: [Float]
    /// The class of each image, `[N]`.
    public let labels: [Int32]
    /// What else its images are, where they were mixed.
    public let partners: Partners?

    /// The classes of the images that those of a batch were mixed with.
    public struct Partners: Hashable, Sendable {
        /// One for each image, `[N]`.
        public let labels: [Int32]
        /// How much of every image is still of its own class, 0 ... 1; the rest is of its partner's.
        public let ownShare: Float
    }

    /// The number of images.
    public var count: Int { labels.count }
}

/// Batches of an epoch in their order, each loaded on another thread while the one before is used.
///
///     var stream = BatchStream(batches, of: epoch, from: loader)
///     while let batch = try stream.next() { ... }
///
/// What a batch holds does not depend on when it is loaded. Two batches are in memory at a time.
public struct BatchStream<Batch: Sendable>: ~Copyable {
    private let queue = DispatchQueue(label: "branchynet.batches")
    private let loadBatch: @Sendable (ArraySlice<Int>) throws -> Batch
    private var batches: ArraySlice<ArraySlice<Int>>
    /// The batch that is being loaded, and the work that does it; `nil` after the last.
    private var work: DispatchWorkItem?
    private let slot = BatchSlot<Batch>()

    /// Begins to load the first batch.
    ///
    /// - Parameter load: makes the batch of some indices.
    public init(
        _ batches: some Sequence<ArraySlice<Int>>,
        load loadBatch: @escaping @Sendable (ArraySlice<Int>) throws -> Batch
    ) {
        self.loadBatch = loadBatch
        self.batches = Array(batches)[...]
        load()
    }

    /// Waits for the next batch and begins to load the one after it; `nil` after the last.
    ///
    /// - Throws: ``DatasetError`` where an image of it cannot be read.
    public mutating func next() throws -> Batch? {
        guard let work else { return nil }
        work.wait()
        let batch = slot.batch.withLock { $0.take() }
        load()
        return try batch?.get()
    }

    private mutating func load() {
        guard let indices = batches.popFirst() else {
            work = nil
            return
        }
        let work = DispatchWorkItem { [slot, loadBatch] in
            let batch = Result { try loadBatch(indices) }
            slot.batch.withLock { $0 = batch }
        }
        self.work = work
        queue.async(execute: work)
    }
}

/// Where a batch is handed from the thread that loads it to the one that uses it.
private final class BatchSlot<Batch: Sendable>: Sendable {
    let batch = Mutex<Result<Batch, any Error>?>(nil)
}

extension BatchStream where Batch == LoadedBatch {
    /// Begins to load the first batch of images.
    ///
    /// - Parameter mixing: mixes the images of each batch with one another; `nil` to leave them.
    public init(
        _ batches: some Sequence<ArraySlice<Int>>, of epoch: Int, from loader: BatchLoader,
        mixing: BatchMixing? = nil
    ) {
        self.init(batches) {
            try LoadedBatch($0, of: epoch, from: loader, mixing: mixing)
        }
    }
}

extension LoadedBatch {
    /// Loads the images at some indices as an epoch varies them.
    package init(
        _ indices: ArraySlice<Int>, of epoch: Int, from loader: BatchLoader, mixing: BatchMixing?
    ) throws {
        var images = [Float](repeating: 0, count: indices.count * loader.imageShape.elementCount)
        var labels = [Int32](repeating: 0, count: indices.count)
        var pixels = images.mutableSpan
        try loader.loadImages(indices, epoch: epoch, into: &pixels)
        var classes = labels.mutableSpan
        loader.loadLabels(indices, into: &classes)
        partners = mixing?.mix(&images, labels, indices, of: epoch, shape: loader.imageShape)
        (self.images, self.labels) = (images, labels)
    }
}

extension BatchMixing {
    /// Mixes the images of a batch; `nil` where there are none.
    fileprivate func mix(
        _ images: inout [Float], _ labels: [Int32], _ indices: ArraySlice<Int>, of epoch: Int,
        shape: Shape
    ) -> LoadedBatch.Partners? {
        guard let first = indices.first, let last = labels.last else { return nil }
        let mix = mix(epoch: epoch, firstSample: first, height: shape[1], width: shape[2])
        mix.apply(to: &images, shape: shape)
        return LoadedBatch.Partners(
            labels: [last] + labels.dropLast(),
            ownShare: Float(mix.share(height: shape[1], width: shape[2])))
    }
}

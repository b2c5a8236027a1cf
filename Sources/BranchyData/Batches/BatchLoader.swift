import BranchyCompute
public import BranchyNet

/// Writes batches of a data set as an engine reads them: prepared floats and class numbers.
///
///     let loader = try BatchLoader(
///         splits.training, preprocessing: preprocessing, augmentation: crops)
///     for batch in try IndexBatches.shuffled(
///         count: splits.training.count, batchSize: 128, seed: seed, epoch: epoch)
///     {
///         loader.loadImages(batch, epoch: epoch, into: &images)
///         loader.loadLabels(batch, into: &labels)
///     }
///
/// A value that many threads may use at once. Loading allocates nothing per image.
public struct BatchLoader: Sendable {
    private let dataset: ImageDataset
    /// What each of the 256 bytes becomes, channel by channel.
    private let table: [Float]
    private let augmentation: Augmentation?

    /// A loader of a split's images.
    ///
    /// - Throws: ``DatasetError`` of code `invalidConfiguration` if the preprocessing is not for as
    ///   many channels as the images have, or none at all.
    public init(
        _ split: some DataSplit, preprocessing: Preprocessing, augmentation: Augmentation? = nil
    ) throws {
        try self.init(split.dataset, preprocessing: preprocessing, augmentation: augmentation)
    }

    /// A loader of a data set's images.
    ///
    /// - Throws: as for a split.
    public init(
        _ dataset: ImageDataset, preprocessing: Preprocessing, augmentation: Augmentation? = nil
    ) throws {
        if let objection = preprocessing.objection(to: dataset.imageShape) {
            throw DatasetError(.invalidConfiguration, "\(dataset.name): \(objection)")
        }
        self.dataset = dataset
        self.table = preprocessing.table
        self.augmentation = augmentation
    }

    /// The shape of one image: `[channels, height, width]`.
    var imageShape: Shape { dataset.imageShape }

    /// Writes the images at some indices, `[N, C, H, W]`, prepared and, where there is an
    /// augmentation, varied. What the span holds beyond the images stays as it is.
    ///
    /// - Precondition: the data set has the indices, and the span has room for the images.
    public func loadImages(
        _ indices: ArraySlice<Int>, epoch: Int = 0, into images: inout MutableSpan<Float>
    ) {
        let size = dataset.imageShape.elementCount
        precondition(
            images.count / size >= indices.count,
            "\(indices.count) images of \(size) pixels do not fit \(images.count) floats")
        var start = 0
        for index in indices {
            let variation = augmentation?.variation(epoch: epoch, sample: index)
            load(index, varied: variation ?? .none, into: &images, at: start)
            start += size
        }
    }

    /// Writes the classes of the images at some indices. What the span holds beyond them stays as
    /// it is.
    ///
    /// - Precondition: the data set has the indices, and the span has room for the labels.
    public func loadLabels(_ indices: ArraySlice<Int>, into labels: inout MutableSpan<Int32>) {
        var position = 0
        for index in indices {
            labels[position] = Int32(dataset.labels[index])
            position += 1
        }
    }
}

extension BatchLoader {
    private func load(
        _ index: Int, varied variation: Augmentation.Variation,
        into images: inout MutableSpan<Float>, at start: Int
    ) {
        precondition(dataset.labels.indices.contains(index), "image \(index) of \(dataset.count)")
        let shape = dataset.imageShape
        let plane = shape[1] * shape[2]
        let source = dataset.pixels.span.extracting(
            index * shape.elementCount..<(index + 1) * shape.elementCount)
        for channel in 0..<shape[0] {
            let table = self.table.span.extracting(channel * 256..<(channel + 1) * 256)
            let pixels = source.extracting(channel * plane..<(channel + 1) * plane)
            PlaneWriter(height: shape[1], width: shape[2]).write(
                pixels, through: table, varied: variation, to: &images, at: start + channel * plane)
        }
    }
}

import BranchyCompute

/// Writes batches of a data set as an engine reads them: scaled floats and class numbers.
///
///     let loader = try BatchLoader(splits.training, scaling: scaling, augmentation: crops)
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
    private let tables: [Float]
    private let augmentation: Augmentation?

    /// A loader of a split's images.
    ///
    /// - Throws: ``DatasetError`` of code `invalidConfiguration` if the scaling has another
    ///   number of channels than the images.
    public init(
        _ split: some DataSplit, scaling: PixelScaling, augmentation: Augmentation? = nil
    ) throws {
        try self.init(split.dataset, scaling: scaling, augmentation: augmentation)
    }

    /// A loader of a data set's images.
    ///
    /// - Throws: ``DatasetError`` of code `invalidConfiguration` if the scaling has another
    ///   number of channels than the images.
    public init(
        _ dataset: ImageDataset, scaling: PixelScaling, augmentation: Augmentation? = nil
    ) throws {
        guard scaling.scale.count == dataset.imageShape[0] else {
            throw DatasetError(
                .invalidConfiguration,
                "\(dataset.name): pixels scaled for \(scaling.scale.count) channels; expected "
                    + "\(dataset.imageShape[0]), images are \(dataset.imageShape)")
        }
        self.dataset = dataset
        self.tables = scaling.tables()
        self.augmentation = augmentation
    }

    /// The shape of one image: `[channels, height, width]`.
    var imageShape: Shape { dataset.imageShape }

    /// Writes the images at some indices, `[N, C, H, W]`, scaled and, where there is an
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
            let table = tables.span.extracting(channel * 256..<(channel + 1) * 256)
            let pixels = source.extracting(channel * plane..<(channel + 1) * plane)
            PlaneWriter(height: shape[1], width: shape[2]).write(
                pixels, through: table, varied: variation, to: &images, at: start + channel * plane)
        }
    }
}

import BranchyCompute
import BranchyImages
public import BranchyNet

/// Writes batches of a data set as an engine reads them: prepared floats and class numbers.
///
///     let loader = try BatchLoader(
///         splits.training, preprocessing: preprocessing, augmentation: crops)
///     for batch in try IndexBatches.shuffled(
///         count: splits.training.count, batchSize: 128, seed: seed, epoch: epoch)
///     {
///         try loader.loadImages(batch, epoch: epoch, into: &images)
///         loader.loadLabels(batch, into: &labels)
///     }
///
/// A value that many threads may use at once. Loading allocates nothing per image, unless images are
/// files, or are cropped or coloured; that is done on all cores at once.
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
    /// - Throws: ``DatasetError`` where a file is damaged, gone or another one by now.
    /// - Precondition: the data set has the indices, and the span has room for the images.
    public func loadImages(
        _ indices: ArraySlice<Int>, epoch: Int = 0, into images: inout MutableSpan<Float>
    ) throws {
        let size = dataset.imageShape.elementCount
        precondition(
            images.count / size >= indices.count,
            "\(indices.count) images of \(size) pixels do not fit \(images.count) floats")
        if case .memory(let pixels) = dataset.store, augmentation?.crops == nil,
            augmentation?.jitter == nil
        {
            for (place, index) in indices.enumerated() {
                precondition(dataset.labels.indices.contains(index), "image \(index)")
                write(
                    pixels.span.extracting(index * size..<(index + 1) * size), index, epoch,
                    into: &images, at: place * size)
            }
            return
        }
        let varied = try Array(indices).concurrentMap { try variedPixels(at: $0, epoch: epoch) }
        for ((place, index), pixels) in zip(indices.enumerated(), varied) {
            write(pixels.span, index, epoch, into: &images, at: place * size)
        }
    }

    /// The pixels of an image, or of the part that takes its place, in the colours of an epoch.
    private func variedPixels(at index: Int, epoch: Int) throws -> [UInt8] {
        let changes = augmentation?.colorChanges(epoch: epoch, sample: index) ?? []
        guard !changes.isEmpty else { return try croppedPixels(at: index, epoch: epoch) }
        var image = try DecodedImage(
            shape: imageShape, pixels: croppedPixels(at: index, epoch: epoch))
        for change in changes { image.apply(change) }
        return image.pixels
    }

    /// The pixels of an image, or of the part that takes its place.
    private func croppedPixels(at index: Int, epoch: Int) throws -> [UInt8] {
        switch dataset.store {
        case .files(let files):
            let file = files.files[index]
            guard
                let region = augmentation?.region(
                    epoch: epoch, sample: index, width: file.width, height: file.height)
            else { return try files.pixels(at: index) }
            return try files.pixels(at: index, region: region)
        case .memory:
            let (shape, pixels) = (imageShape, try dataset.pixels(at: index))
            guard
                let region = augmentation?.region(
                    epoch: epoch, sample: index, width: shape[2], height: shape[1])
            else { return Array(pixels) }
            return try DecodedImage(shape: shape, pixels: Array(pixels)).cropped(to: region)
                .resized(height: shape[1], width: shape[2]).pixels
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
    /// Writes the pixels of an image as an epoch varies it.
    private func write(
        _ source: Span<UInt8>, _ index: Int, _ epoch: Int,
        into images: inout MutableSpan<Float>, at start: Int
    ) {
        let variation = augmentation?.variation(epoch: epoch, sample: index) ?? .none
        let shape = dataset.imageShape
        let plane = shape[1] * shape[2]
        for channel in 0..<shape[0] {
            let table = self.table.span.extracting(channel * 256..<(channel + 1) * 256)
            let pixels = source.extracting(channel * plane..<(channel + 1) * plane)
            PlaneWriter(height: shape[1], width: shape[2]).write(
                pixels, through: table, varied: variation, to: &images, at: start + channel * plane)
        }
        augmentation?.erase(&images, at: start, shape: shape, epoch: epoch, sample: index)
    }
}

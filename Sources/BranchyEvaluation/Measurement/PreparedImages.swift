package import BranchyCompute
package import BranchyData
package import BranchyNet

/// The images of a split as a network reads them, one at a time.
package struct PreparedImages {
    private let loader: BatchLoader
    private let dataset: ImageDataset
    private let preprocessing: Preprocessing
    private let shape: Shape
    private let count: Int
    /// The image that was prepared last.
    private var image: [Float]

    /// - Throws: `NetworkError` where the images have another shape or other classes than the
    ///   network, `DatasetError` where the preprocessing has another number of channels.
    package init(
        _ split: some DataSplit, preprocessing: Preprocessing, for network: BranchedNetwork
    ) throws {
        guard split.imageShape == network.inputShape,
            split.classNames.count == network.classCount
        else {
            throw NetworkError(
                .shapeMismatch,
                "\(split.name) has \(split.classNames.count) classes of images of shape "
                    + "\(split.imageShape), but the network '\(network.name)' expects "
                    + "\(network.classCount) of \(network.inputShape)")
        }
        loader = try BatchLoader(split, preprocessing: preprocessing)
        dataset = split.dataset
        self.preprocessing = preprocessing
        shape = network.inputShape
        count = split.count
        image = [Float](repeating: 0, count: shape.elementCount)
    }

    /// Prepares an image, without allocation where it is in memory, and calls `body` with it.
    ///
    /// - Throws: `DatasetError` where its file does not give it, and what `body` throws.
    mutating func withImage<Result>(
        at index: Int, _ body: (Span<Float>) throws -> Result
    ) throws -> Result {
        try prepare(index)
        let image = image
        return try body(image.span)
    }

    private mutating func prepare(_ index: Int) throws {
        let preprocessing = preprocessing
        let pixels = try dataset.pixels(at: index)
        var span = image.mutableSpan
        preprocessing.prepare(pixels.span, into: &span)
    }

    /// The first images in batches, begun again where there are too few for the first of them.
    ///
    /// - Parameters:
    ///   - imageCount: of all batches together, but that one batch is made at least.
    ///   - size: images of a batch, at least 1.
    /// - Throws: `DatasetError` where a file does not give its image.
    package func batches(of size: Int, imageCount: Int) throws -> [Tensor] {
        let available = min(imageCount, count)
        guard available > 0 else { return [] }
        return try (0..<max(available / size, 1)).map { batch in
            var images = [Float](repeating: 0, count: size * shape.elementCount)
            var span = images.mutableSpan
            try loader.loadImages(
                (0..<size).map { (batch * size + $0) % available }[...], into: &span)
            return Tensor(shape.batched(by: size), images)
        }
    }
}

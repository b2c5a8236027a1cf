import BranchyData
import BranchyNet
import Compute

/// The images of a split as a network reads them, one at a time.
struct PreparedImages {
    private let loader: BatchLoader
    private let size: Int

    /// - Throws: `NetworkError` where the images have another shape or other classes than the
    ///   network, `DatasetError` where the preprocessing has another number of channels.
    init(
        _ split: some DataSplit, preprocessing: Preprocessing, for predictor: Predictor
    ) throws {
        let network = predictor.network
        guard split.imageShape == network.inputShape,
            split.classNames.count == network.classCount
        else {
            throw NetworkError(
                .shapeMismatch,
                "\(split.name) has \(split.classNames.count) classes of images of shape "
                    + "\(split.imageShape), but the network '\(network.name)' expects "
                    + "\(network.classCount) of \(network.inputShape)")
        }
        loader = try BatchLoader(
            split,
            scaling: .standardizing(
                mean: preprocessing.mean, standardDeviation: preprocessing.standardDeviation))
        size = network.inputShape.elementCount
    }

    func withImage<Result>(
        at index: Int, _ body: (Span<Float>) throws -> Result
    ) rethrows -> Result {
        var image = [Float](repeating: 0, count: size)
        var span = image.mutableSpan
        loader.loadImages([index][...], into: &span)
        return try body(image.span)
    }
}

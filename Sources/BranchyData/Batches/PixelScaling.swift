/// How the bytes of an image become the floats that a network reads: per channel,
/// `Float(pixel) * scale + offset`.
public struct PixelScaling: Hashable, Sendable {
    /// What pixels are multiplied by, one number per channel.
    public let scale: [Float]
    /// What is added to the products, one number per channel.
    public let offset: [Float]

    /// A scaling of as many channels as there are numbers.
    ///
    /// - Throws: ``DatasetError`` of code `invalidConfiguration` if the counts differ or a number
    ///   is not finite.
    public init(scale: [Float], offset: [Float]) throws {
        guard scale.count == offset.count, !scale.isEmpty else {
            throw DatasetError(
                .invalidConfiguration,
                "\(scale.count) scales and \(offset.count) offsets of pixels; expected one of "
                    + "each per channel")
        }
        guard (scale + offset).allSatisfy(\.isFinite) else {
            throw DatasetError(
                .invalidConfiguration,
                "pixels scaled by \(scale) with offset \(offset); expected finite numbers")
        }
        self.scale = scale
        self.offset = offset
    }

    /// The usual scaling `(pixel / 255 - mean) / standardDeviation`, in units of the brightest
    /// pixel; MNIST is commonly given 0.1307 and 0.3081.
    ///
    /// - Throws: ``DatasetError`` of code `invalidConfiguration` if the counts differ or a
    ///   deviation is 0.
    public static func standardizing(
        mean: [Float], standardDeviation: [Float]
    ) throws -> PixelScaling {
        guard mean.count == standardDeviation.count else {
            throw DatasetError(
                .invalidConfiguration,
                "\(mean.count) means and \(standardDeviation.count) standard deviations of "
                    + "pixels; expected one of each per channel")
        }
        return try PixelScaling(
            scale: standardDeviation.map { 1 / (255 * $0) },
            offset: zip(mean, standardDeviation).map { -$0 / $1 })
    }

    /// What each of the 256 pixel values becomes, channel by channel.
    func tables() -> [Float] {
        zip(scale, offset).flatMap { scale, offset in
            (0...255).map { Float($0) * scale + offset }
        }
    }
}

public import BranchyCompute

/// How the bytes of an image become the floats that a network was trained on, per channel:
///
///     float = (byte / 255 − mean) / standardDeviation
///
/// Training, evaluation and prediction prepare images by this, so that each finds the same bits. It
/// is computed as `byte * scale + offset`, with a scale of `1 / (255 * standardDeviation)` and an
/// offset of `-mean / standardDeviation`, both rounded to a float first.
public struct Preprocessing: Hashable, Sendable, Codable {
    /// One mean per channel, in units of the brightest byte; MNIST is commonly given 0.1307.
    public var mean: [Float]
    /// One standard deviation per channel, in units of the brightest byte; above 0. MNIST is commonly
    /// given 0.3081.
    public var standardDeviation: [Float]
    /// How a picture of any size becomes one of the network's; `nil` where pictures have to have it.
    public var geometry: ImageGeometry?

    /// Describes a standardisation, and how pictures come to the network's size.
    public init(mean: [Float], standardDeviation: [Float], geometry: ImageGeometry? = nil) {
        self.mean = mean
        self.standardDeviation = standardDeviation
        self.geometry = geometry
    }

    /// What bytes of a channel are multiplied by, and what is added then.
    package func line(ofChannel channel: Int) -> (scale: Float, offset: Float) {
        let deviation = standardDeviation[channel]
        return (1 / (255 * deviation), -mean[channel] / deviation)
    }

    /// What each of the 256 bytes becomes, channel by channel: `[C, 256]`, row-major.
    public var table: [Float] {
        mean.indices.flatMap { channel in
            let (scale, offset) = line(ofChannel: channel)
            return (0...255).map { Float($0) * scale + offset }
        }
    }

    /// Turns an image's bytes into what a network reads, without allocation.
    ///
    /// - Parameters:
    ///   - bytes: `[C, H, W]` row-major, as many planes as there are means.
    ///   - image: of as many values; each becomes what the ``table`` says.
    /// - Precondition: the counts fit, and there are as many deviations as means.
    public func prepare(_ bytes: Span<UInt8>, into image: inout MutableSpan<Float>) {
        let plane = bytes.count / max(mean.count, 1)
        precondition(plane * mean.count == image.count && bytes.count == image.count)
        for channel in mean.indices {
            let (scale, offset) = line(ofChannel: channel)
            // Safety: the planes fill both, as said above. Without checks the compiler makes vectors
            // of the loop, which takes a sixth of the time then, and less than looking bytes up.
            for place in channel * plane..<(channel + 1) * plane {
                image[unchecked: place] = Float(bytes[unchecked: place]) * scale + offset
            }
        }
    }

    /// An image as a network reads it.
    ///
    /// - Parameters:
    ///   - bytes: `[C, H, W]` row-major, 0 ... 255.
    ///   - shape: `[C, H, W]`, such as ``BranchedNetwork/inputShape``.
    /// - Throws: ``NetworkError`` of code `shapeMismatch` where there are more or fewer bytes, or
    ///   other channels than there are means.
    public func image(of bytes: some Collection<UInt8>, shape: Shape) throws -> Tensor {
        guard bytes.count == shape.elementCount else {
            throw NetworkError(
                .shapeMismatch, "an image of \(bytes.count) bytes, expected the shape \(shape)")
        }
        if let objection = objection(to: shape) {
            throw NetworkError(.shapeMismatch, objection)
        }
        let bytes = Array(bytes)
        var floats = [Float](repeating: 0, count: bytes.count)
        var span = floats.mutableSpan
        prepare(bytes.span, into: &span)
        return Tensor(shape, floats)
    }

    /// Why images of a shape cannot be prepared, in words; `nil` where they can.
    package func objection(to shape: Shape) -> String? {
        let channels = shape.dimensions.first ?? 0
        guard mean.count == channels, standardDeviation.count == channels,
            mean.allSatisfy(\.isFinite), standardDeviation.allSatisfy({ $0.isFinite && $0 > 0 })
        else {
            return "preprocessing has means \(mean) and deviations \(standardDeviation), expected "
                + "one of each for \(channels) channels, deviations above 0"
        }
        return nil
    }

    /// Requires one finite mean and one finite deviation above 0 per channel.
    ///
    /// - Throws: ``ModelError/Code/corruptFile``.
    func validate(for shape: Shape) throws(ModelError) {
        if let objection = objection(to: shape) { throw ModelError(.corruptFile, objection) }
    }
}

/// How the bytes of an image become the floats that a network was trained on, per channel:
/// `(byte / 255 − mean) / standardDeviation`.
public struct Preprocessing: Hashable, Sendable, Codable {
    /// One mean per channel, in units of the brightest byte.
    public var mean: [Float]
    /// One standard deviation per channel, in units of the brightest byte; above 0.
    public var standardDeviation: [Float]

    /// Describes a standardisation.
    public init(mean: [Float], standardDeviation: [Float]) {
        self.mean = mean
        self.standardDeviation = standardDeviation
    }

    /// What a byte of a channel becomes.
    public func apply(to byte: UInt8, channel: Int) -> Float {
        // Written as the training data are scaled, so that both give the same bits.
        let deviation = standardDeviation[channel]
        return Float(byte) * (1 / (255 * deviation)) + -mean[channel] / deviation
    }

    /// Turns an image's bytes into what a network reads.
    ///
    /// - Parameters:
    ///   - bytes: `[C, H, W]` row-major, as many planes as there are means.
    ///   - image: of as many values; each becomes what ``apply(to:channel:)`` gives.
    /// - Precondition: the counts fit.
    public func prepare(_ bytes: Span<UInt8>, into image: inout MutableSpan<Float>) {
        let plane = bytes.count / max(mean.count, 1)
        precondition(plane * mean.count == image.count && bytes.count == image.count)
        for channel in mean.indices {
            let deviation = standardDeviation[channel]
            let (scale, offset) = (1 / (255 * deviation), -mean[channel] / deviation)
            // Safety: the planes fill both, as said above. Without checks the compiler makes vectors
            // of the loop, which takes a sixth of the time then.
            for place in channel * plane..<(channel + 1) * plane {
                image[unchecked: place] = Float(bytes[unchecked: place]) * scale + offset
            }
        }
    }

    /// Requires one finite mean and one finite deviation above 0 per channel.
    ///
    /// - Throws: ``ModelError/Code/corruptFile``.
    func validate(channels: Int) throws(ModelError) {
        guard mean.count == channels, standardDeviation.count == channels,
            mean.allSatisfy(\.isFinite), standardDeviation.allSatisfy({ $0.isFinite && $0 > 0 })
        else {
            throw ModelError(
                .corruptFile,
                "preprocessing has means \(mean) and deviations \(standardDeviation), expected one "
                    + "of each for \(channels) channels, deviations above 0")
        }
    }
}

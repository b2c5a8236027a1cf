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

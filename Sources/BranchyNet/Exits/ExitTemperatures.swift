/// What the logits of each exit are divided by before their softmax, so that probabilities are as
/// large as the share of answers that is right.
///
/// A temperature above 1 makes an exit less sure, one below 1 surer. It never changes what an exit
/// answers. Without temperatures, or with 1, the softmax is that of the logits, bit for bit.
///
/// References: Guo et al., *On Calibration of Modern Neural Networks*, ICML 2017, section 4.2.
public struct ExitTemperatures: Hashable, Sendable {
    /// What a temperature may be; beyond it logits would say nothing, or everything.
    public static let range: ClosedRange<Float> = 0.01...100

    /// One per exit, from exit 0 to the final one.
    public var values: [Float]

    /// Divides the logits of each exit by a number.
    public init(_ values: [Float]) {
        self.values = values
    }

    /// The temperature of an exit.
    public subscript(exit: Int) -> Float { values[exit] }

    /// Requires one temperature per exit, each within ``range``.
    ///
    /// - Throws: ``PolicyError`` where there are more or fewer, or one is out of range or NaN.
    public func validate(exitCount: Int) throws(PolicyError) {
        guard values.count == exitCount else {
            throw PolicyError(
                "\(values.count) temperatures for a network with \(exitCount) exits, expected one "
                    + "for each; \(Self.wayOut)")
        }
        for (exit, value) in values.enumerated() where !Self.range.contains(value) {
            throw PolicyError(
                "the temperature of exit \(exit + 1) is \(value), expected \(Self.range.lowerBound) "
                    + "to \(Self.range.upperBound); \(Self.wayOut)")
        }
    }

    private static let wayOut =
        "take 'temperatures' out of the model's file, or fit them anew by `branchynet calibrate "
        + "--temperatures fit`"
}

extension ExitTemperatures: CustomStringConvertible {
    /// Such as `1.31, 1.27`.
    public var description: String { values.map { "\($0)" }.joined(separator: ", ") }
}

/// Written as an array.
extension ExitTemperatures: Codable {
    /// Reads an array of numbers.
    public init(from decoder: any Decoder) throws {
        values = try [Float](from: decoder)
    }

    /// Writes an array of numbers.
    public func encode(to encoder: any Encoder) throws {
        try values.encode(to: encoder)
    }
}

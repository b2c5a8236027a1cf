/// Rows and columns that are added around an image.
///
///     let even: Padding2D = 1
///     let atTheEnd = Padding2D(top: 0, left: 0, bottom: 1, right: 1)
public struct Padding2D: Hashable, Sendable {
    /// Rows above the first.
    public var top: Int
    /// Columns before the first.
    public var left: Int
    /// Rows below the last.
    public var bottom: Int
    /// Columns behind the last.
    public var right: Int

    /// So many rows and columns on each side, in the order of ONNX's `pads`.
    public init(top: Int, left: Int, bottom: Int, right: Int) {
        self.top = top
        self.left = left
        self.bottom = bottom
        self.right = right
    }

    /// The same on every side.
    public init(_ size: Int) {
        self.init(top: size, left: size, bottom: size, right: size)
    }

    /// The same above and below, and the same on the left and on the right.
    public init(_ sizes: Extent2D) {
        self.init(top: sizes.height, left: sizes.width, bottom: sizes.height, right: sizes.width)
    }

    /// In the order of ``init(top:left:bottom:right:)``.
    public var sides: [Int] { [top, left, bottom, right] }

    /// Whether all sides are equal.
    public var isUniform: Bool { sides.allSatisfy { $0 == top } }
}

extension Padding2D: ExpressibleByIntegerLiteral {
    /// The same on every side.
    public init(integerLiteral size: Int) { self.init(size) }
}

extension Padding2D: CustomStringConvertible {
    /// `1` where all sides are equal, else `0, 0, 1, 1`: top, left, bottom, right.
    public var description: String {
        isUniform ? "\(top)" : sides.map(String.init).joined(separator: ", ")
    }
}

extension Padding2D: Codable {
    /// Reads one number, or the list of top, left, bottom and right.
    public init(from decoder: any Decoder) throws {
        let sides = try decoder.oneOrList(of: 4, "one number, or top, left, bottom and right")
        self.init(top: sides[0], left: sides[1], bottom: sides[2], right: sides[3])
    }

    /// Writes one number where all are equal, else the list of top, left, bottom and right.
    public func encode(to encoder: any Encoder) throws {
        try encoder.encodeOneOrList(sides)
    }
}

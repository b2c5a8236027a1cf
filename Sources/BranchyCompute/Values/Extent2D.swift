/// Rows and columns: of a window, or of the distance between windows.
///
///     let square: Extent2D = 3
///     let flat = Extent2D(height: 1, width: 7)
public struct Extent2D: Hashable, Sendable {
    /// Rows.
    public var height: Int
    /// Columns.
    public var width: Int

    /// Rows and columns.
    public init(height: Int, width: Int) {
        self.height = height
        self.width = width
    }

    /// As many rows as columns.
    public init(_ size: Int) {
        self.init(height: size, width: size)
    }

    /// Whether there are as many rows as columns.
    public var isSquare: Bool { height == width }
}

extension Extent2D: ExpressibleByIntegerLiteral {
    /// As many rows as columns.
    public init(integerLiteral size: Int) { self.init(size) }
}

extension Extent2D: CustomStringConvertible {
    /// `3×3`, rows first.
    public var description: String { "\(height)×\(width)" }
}

extension Extent2D: Codable {
    /// Reads one number, or the list of rows and columns.
    public init(from decoder: any Decoder) throws {
        let sizes = try decoder.oneOrList(of: 2, "one number, or rows and columns")
        self.init(height: sizes[0], width: sizes[1])
    }

    /// Writes one number where both are equal, else the list of rows and columns.
    public func encode(to encoder: any Encoder) throws {
        try encoder.encodeOneOrList([height, width])
    }
}

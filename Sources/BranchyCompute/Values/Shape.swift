/// The sizes of a tensor, outermost first (row-major).
///
/// Images are `[channels, height, width]`, weights `[out, in]` or `[out, in, height, width]`.
/// A batch dimension, where there is one, comes first.
///
/// Sizes are never negative, and their product fits an `Int` whichever of them are left out, so
/// `elementCount` can be relied on when memory is laid out, and any part of a shape is a shape: a
/// size of 0 does not hide what the others come to.
public struct Shape: Hashable, Sendable {
    /// The size along each dimension; empty for a scalar.
    public let dimensions: [Int]

    /// The product of all dimensions; 1 for a scalar.
    public let elementCount: Int

    /// A shape of sizes that come from outside, or `nil` where one of them is negative or the
    /// product of those above 0 exceeds `Int.max`.
    public init?(exactly dimensions: [Int]) {
        var count = 1
        for dimension in dimensions {
            let (product, overflow) = count.multipliedReportingOverflow(by: max(dimension, 1))
            guard dimension >= 0, !overflow else { return nil }
            count = product
        }
        self.dimensions = dimensions
        self.elementCount = dimensions.contains(0) ? 0 : count
    }

    /// A shape of sizes that this program computed itself.
    ///
    /// - Precondition: no dimension is negative and the product of those above 0 fits an `Int`.
    public init(_ dimensions: [Int]) {
        guard let shape = Shape(exactly: dimensions) else {
            preconditionFailure("\(dimensions) is not a shape")
        }
        self = shape
    }

    /// The number of dimensions.
    public var rank: Int { dimensions.count }

    /// The size along one dimension, counted from 0.
    public subscript(dimension: Int) -> Int { dimensions[dimension] }

    /// This shape with a batch dimension in front.
    public func batched(by batchSize: Int) -> Shape {
        Shape([batchSize] + dimensions)
    }
}

extension Shape: ExpressibleByArrayLiteral {
    /// A shape written down in source; see ``init(_:)``.
    public init(arrayLiteral elements: Int...) {
        self.init(elements)
    }
}

extension Shape: CustomStringConvertible {
    /// The sizes as people write them: `5x28x28`, or `scalar`.
    public var description: String {
        dimensions.isEmpty ? "scalar" : dimensions.map(String.init).joined(separator: "x")
    }
}

extension Shape: Codable {
    /// Reads an array of sizes; negative or absurd ones are refused.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let dimensions = try container.decode([Int].self)
        guard let shape = Shape(exactly: dimensions) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "\(dimensions) is not a shape")
        }
        self = shape
    }

    /// Writes an array of sizes.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(dimensions)
    }
}

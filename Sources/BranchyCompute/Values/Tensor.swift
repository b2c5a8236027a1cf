/// Numbers in a shape: 32-bit floats in host order, row-major, a copy-on-write value.
///
/// Tensors carry parameters, gradients and images between the parts of a program. Engines keep
/// their own layouts to themselves.
public struct Tensor: Hashable, Sendable {
    /// The sizes, outermost first.
    public let shape: Shape

    /// The numbers, `shape.elementCount` of them.
    public private(set) var scalars: [Float]

    /// A tensor of given numbers.
    ///
    /// - Precondition: there are `shape.elementCount` scalars.
    public init(_ shape: Shape, _ scalars: [Float]) {
        precondition(
            scalars.count == shape.elementCount,
            "\(scalars.count) scalars for a tensor of shape \(shape)")
        self.shape = shape
        self.scalars = scalars
    }

    /// A tensor that holds one number everywhere.
    public init(repeating scalar: Float, _ shape: Shape) {
        self.init(shape, [Float](repeating: scalar, count: shape.elementCount))
    }

    /// Calls `body` with the numbers, to be changed in place.
    public mutating func withMutableScalars<Result>(
        _ body: (inout MutableSpan<Float>) throws -> Result
    ) rethrows -> Result {
        var span = scalars.mutableSpan
        return try body(&span)
    }
}

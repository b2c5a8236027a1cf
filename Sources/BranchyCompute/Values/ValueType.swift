/// What a value of a program is made of.
public enum ElementType: String, Hashable, Sendable {
    /// IEEE 754 single precision.
    case float32
    /// Brain floating point: the upper half of a `float32`, 8 bits of significand. Inside a program
    /// only: what goes in and comes out is `float32`.
    case bfloat16
    /// Class numbers, 32 bits, signed.
    case int32
    /// Which element of its window each maximum of a pooling came from, in a coding that is the
    /// engine's own: it can be handed to the pooling's gradient and to nothing else.
    case selection
}

extension ElementType {
    /// Whether arithmetic is defined on it.
    var isFloat: Bool { self == .float32 || self == .bfloat16 }
}

/// Element type and shape of a value of a program.
///
/// A batched value has one `shape` per sample of the batch that the program is compiled for; a
/// parameter has one for all.
public struct ValueType: Hashable, Sendable {
    /// What the value is made of.
    public var element: ElementType

    /// The shape, without the batch dimension.
    public var shape: Shape

    /// Whether there is one such shape per sample.
    public var isBatched: Bool

    /// Describes a value.
    public init(_ shape: Shape, element: ElementType = .float32, isBatched: Bool = true) {
        self.element = element
        self.shape = shape
        self.isBatched = isBatched
    }

    /// The shape in memory, batch dimension included.
    public func fullShape(batchSize: Int) -> Shape {
        isBatched ? shape.batched(by: batchSize) : shape
    }
}

extension ValueType: CustomStringConvertible {
    /// Shape and kind, as errors print it: `Nx5x28x28 float32`.
    public var description: String {
        "\(isBatched ? "Nx" : "")\(shape) \(element.rawValue)"
    }
}

/// What an engine multiplies in. Values between operations, sums and results have 32 bits in either
/// case.
public enum InferencePrecision: String, Hashable, Sendable, CaseIterable {
    /// 32 bits.
    case float32
    /// Convolutions and fully connected layers round what they multiply, activations and weights,
    /// to 8 bits of significand. What would gain nothing stays in 32 bits: layers of few channels,
    /// the first layer, and the fully connected layers that write a program's outputs.
    case bfloat16
}

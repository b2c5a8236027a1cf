public import BranchyCompute

/// What a training step computes in. Parameters, their derivatives, statistics and losses have 32
/// bits in either case, and so has the finished model.
public enum Precision: String, Hashable, Sendable, Codable, CaseIterable {
    /// 32 bits.
    case float32
    /// Activations and the weights that they are multiplied by are rounded to 8 bits of
    /// significand, on processors that have AVX-512 BF16. See `Program.inBFloat16()`.
    case bfloat16

    /// A training program in this precision.
    ///
    /// - Throws: `ShapeError` where the program is not consistent in itself.
    public func applied(to program: Program) throws -> Program {
        switch self {
        case .float32: program
        case .bfloat16: try program.inBFloat16()
        }
    }
}

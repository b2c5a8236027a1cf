import BranchyCompute
import BranchyData

/// What the parameters of convolutions and linear layers are drawn from at the start.
///
/// References: He et al., *Delving Deep into Rectifiers*, ICCV 2015, section 2.2.
public enum Initialization: String, Hashable, Sendable, Codable, CaseIterable {
    /// Weights and biases uniform in ±1/√fan-in, as PyTorch does (He's rule with a = √5).
    case pytorch
    /// Weights normal with a variance of 2/fan-in, which rectifiers keep from layer to layer;
    /// biases 0.
    case he

    /// The numbers of a parameter.
    ///
    /// - Parameter bound: 1/√fan-in.
    func draw(_ shape: Shape, bound: Float, from generator: inout SplitMix64) -> [Float] {
        switch self {
        case .pytorch:
            (0..<shape.elementCount).map { _ in bound * (2 * generator.nextUnitFloat() - 1) }
        case .he where shape.rank > 1:
            (0..<shape.elementCount).map { _ in
                Float(generator.nextNormal() * 2.0.squareRoot()) * bound
            }
        case .he: [Float](repeating: 0, count: shape.elementCount)
        }
    }
}

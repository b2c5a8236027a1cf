import BranchyCompute
import RealModule

extension Program.Operation.Activation {
    /// The function itself.
    func value(at x: Double) -> Double {
        switch self {
        case .relu: x < 0 ? 0 : x
        case .clip(let minimum, let maximum):
            x < Double(minimum) ? Double(minimum) : x > Double(maximum) ? Double(maximum) : x
        case .sigmoid: Self.sigmoid(x)
        case .hardSigmoid: Self.hardSigmoid(x)
        case .hardSwish: x * Self.hardSigmoid(x)
        case .silu: x * Self.sigmoid(x)
        case .gelu: x * Self.normalShare(below: x)
        case .geluTanh: x * (1 + .tanh(Self.tanhArgument(x))) / 2
        }
    }

    /// The derivative, found from the operand that the activation says.
    func derivative(known: Double) -> Double {
        switch self {
        case .relu: return known > 0 ? 1 : 0
        case .clip(let minimum, let maximum):
            return known > Double(minimum) && known < Double(maximum) ? 1 : 0
        case .sigmoid: return known * (1 - known)
        case .hardSigmoid: return known > 0 && known < 1 ? 1.0 / 6 : 0
        case .hardSwish:
            guard known > -3 else { return 0 }
            return known < 3 ? known / 3 + 0.5 : 1
        case .silu:
            let share = Self.sigmoid(known)
            return share * (1 + known * (1 - share))
        case .gelu:
            let density = Double.exp(-known * known / 2) / (2 * Double.pi).squareRoot()
            return Self.normalShare(below: known) + known * density
        case .geluTanh:
            let tanh = Double.tanh(Self.tanhArgument(known))
            let slope = Self.tanhScale * (1 + 3 * Self.cubicShare * known * known)
            return (1 + tanh) / 2 + known * (1 - tanh * tanh) * slope / 2
        }
    }

    private static func sigmoid(_ x: Double) -> Double { 1 / (1 + .exp(-x)) }

    private static func hardSigmoid(_ x: Double) -> Double { min(max(x / 6 + 0.5, 0), 1) }

    /// The distribution function of the normal distribution.
    private static func normalShare(below x: Double) -> Double {
        .erfc(-x / 2.0.squareRoot()) / 2
    }

    private static let tanhScale = (2 / Double.pi).squareRoot()
    private static let cubicShare = 0.044715

    private static func tanhArgument(_ x: Double) -> Double {
        tanhScale * (x + cubicShare * x * x * x)
    }
}

extension Program.Operation.Activation? {
    /// The function, or the number itself where there is none.
    func value(at x: Double) -> Double { map { $0.value(at: x) } ?? x }
}

#if ONNX
import BranchyCompute

extension ProgramWriter {
    /// Appends the activation that an operation applies to its result, if it does.
    mutating func write(
        _ activation: Program.Operation.Activation?, of name: String
    ) -> String {
        guard let activation else { return name }
        return write(activation, of: name)
    }

    /// Appends an activation. GELU, which opset 17 has not, is written in parts, as PyTorch does it.
    mutating func write(_ activation: Program.Operation.Activation, of name: String) -> String {
        switch activation {
        case .relu: builder.append("Relu", [name])
        case .clip(let minimum, let maximum):
            builder.append("Clip", [name, bound(minimum), bound(maximum)])
        case .sigmoid: builder.append("Sigmoid", [name])
        case .hardSigmoid:
            builder.append("HardSigmoid", [name], [.float("alpha", 1 / 6), .float("beta", 0.5)])
        case .hardSwish: builder.append("HardSwish", [name])
        case .silu: builder.append("Mul", [name, builder.append("Sigmoid", [name])])
        case .gelu:
            half(
                name,
                timesOnePlus: builder.append("Erf", [divided(name, by: Float(2).squareRoot())]))
        case .geluTanh:
            half(name, timesOnePlus: builder.append("Tanh", [tanhArgument(name)]))
        }
    }

    /// A bound of a clip; none where it is infinite.
    private mutating func bound(_ value: Float) -> String {
        value.isFinite ? builder.constant([value], []) : ""
    }

    private mutating func divided(_ name: String, by divisor: Float) -> String {
        builder.append("Div", [name, builder.constant([divisor], [])])
    }

    private mutating func times(_ name: String, _ factor: Float) -> String {
        builder.append("Mul", [name, builder.constant([factor], [])])
    }

    /// `x · (1 + y) / 2`.
    private mutating func half(_ name: String, timesOnePlus other: String) -> String {
        let sum = builder.append("Add", [other, builder.constant([1], [])])
        return times(builder.append("Mul", [name, sum]), 0.5)
    }

    /// `√(2/π) · (x + 0.044715 x³)`.
    private mutating func tanhArgument(_ name: String) -> String {
        let square = builder.append("Mul", [name, name])
        let cubic = times(builder.append("Mul", [square, name]), 0.044715)
        return times(builder.append("Add", [name, cubic]), (2 / Float.pi).squareRoot())
    }
}
#endif

import BranchyCompute
import CInferenceKernels

extension inference_epilogue {
    /// Sets what is applied to a result.
    mutating func apply(_ activation: Program.Operation.Activation?) {
        switch activation {
        case nil: function = inference_identity
        case .relu: function = inference_relu
        case .clip(let minimum, let maximum):
            function = inference_clip
            (self.minimum, self.maximum) = (minimum, maximum)
        case .sigmoid: function = inference_sigmoid
        case .hardSigmoid: function = inference_hard_sigmoid
        case .hardSwish: function = inference_hard_swish
        case .silu: function = inference_silu
        case .gelu: function = inference_gelu
        case .geluTanh: function = inference_gelu_tanh
        }
    }
}

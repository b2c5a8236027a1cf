#if OneDNN
import COneDNN
import BranchyCompute

extension conednn_activation {
    /// The library's function for an activation, or none: the one place that knows them.
    ///
    /// - Throws: `unsupported` for an activation that the library does not have.
    init(_ activation: Program.Operation.Activation?) throws(EngineError) {
        switch activation {
        case nil:
            self = conednn_no_activation()
        case .relu:
            self.init(
                kind: dnnl_eltwise_relu, kind_of_layer: dnnl_eltwise_relu_use_dst_for_bwd,
                alpha: 0, beta: 0)
        case .clip, .sigmoid, .hardSigmoid, .hardSwish, .silu, .gelu, .geluTanh:
            throw .unsupported(.activation(activation ?? .relu), engine: "oneDNN")
        }
    }
}
#endif

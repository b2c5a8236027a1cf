#if !ONNX
import BranchyCompute

extension EngineError {
    /// Neither import nor export is there.
    static let withoutONNX = EngineError(
        .unsupported,
        "this program was built without ONNX; build it with the ONNX trait, which is on by default")
}
#endif

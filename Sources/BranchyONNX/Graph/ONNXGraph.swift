/// The graph of a file: one image in, one result out, and nodes in an order in which they can run.
///
/// Every name is defined once, before it is read.
struct ONNXGraph {
    /// The versions of ONNX's operators that are understood.
    static let opsets = 11...21

    /// The result of the file's only input.
    struct Input {
        var name: String
        /// The sizes, the batch's first; `nil` for one that may be any.
        var dimensions: [Int?]
    }

    /// The version of ONNX's operators.
    var opset: Int
    /// The program that wrote the file: `pytorch 2.13.0`.
    var producer: String
    var input: Input
    /// The name of the result.
    var output: String
    var nodes: [ONNXNode]
    /// Tensors of the file by name.
    var constants: [String: ONNXTensor]
}

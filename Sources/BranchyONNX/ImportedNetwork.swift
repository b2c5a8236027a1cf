#if ONNX
public import BranchyCompute
public import BranchyNet

/// A network that was read from an ONNX file, with its parameters.
///
///     let imported = try ImportedNetwork(contentsOf: "resnet18.onnx")
///     print(imported.network.classCount, imported.cutCount)
///
/// The file holds a classifier of single images in opsets 11 to 21, as PyTorch's exporters and tf2onnx
/// write it: one input of fixed channels, height and width, one output, one number for each class.
///
/// References: ONNX, *Open Neural Network Exchange Intermediate Representation Specification* and
/// *Operator Schemas*, <https://onnx.ai/onnx/>.
public struct ImportedNetwork: Sendable {
    /// The network: one stage without branches.
    public let network: BranchedNetwork
    /// Its parameters, under PyTorch's names where the file tells them.
    public let parameters: ParameterStore
    /// The program that wrote the file, such as `pytorch 2.13.0`; may be empty.
    public let producer: String
    /// The version of ONNX's operators that the file is written in.
    public let opset: Int
    /// How many nodes of each operator the file has.
    public let operatorCounts: [String: Int]
    /// What was left out, computed or put together, with how often.
    public let changes: [String: Int]
    /// At how many places in the chain exactly one value is live: where a branch may go.
    public let cutCount: Int

    /// Reads a network from a file, and numbers beside it where it says that they stand there.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - name: what the network is called.
    /// - Throws: ``ONNXError`` where the file is none, or holds what no network here is, with node,
    ///   operator and reason; `ModelError` where a file cannot be read; `NetworkError` where the
    ///   network that it describes is too large.
    public init(contentsOf path: String, name: String) throws {
        do {
            var file = try ONNXFile(path)
            try self.init(file.takeGraph(), name: name)
        } catch let error as ONNXError {
            throw ONNXError(error.code, "\(path): \(error.message)")
        }
    }

    /// Reads a network from the bytes of a file.
    ///
    /// - Parameter folder: where the files are that hold numbers of tensors.
    package init(parsing bytes: [UInt8], folder: String, name: String) throws {
        var file = try ONNXFile(parsing: bytes, folder: folder)
        try self.init(file.takeGraph(), name: name)
    }

    private init(_ graph: ONNXGraph, name: String) throws {
        let steps = Simplification.simplify(try Translator.translate(graph))
        let blocks = try Decomposer.chain(steps, deepestNesting: Layer.deepestNesting)
        var maker = LayerMaker()
        var layers = try maker.layers(blocks)
        let shape = steps.shape(of: steps.output)
        guard shape.dropFirst(2).allSatisfy({ $0 == 1 }), shape.count >= 2 else {
            throw ONNXError.unsupported(
                "output \(graph.output.quoted): sizes of \(shape), expected one number for each class"
            )
        }
        if shape.count > 2 { layers.append(Flatten().layer) }
        network = BranchedNetwork(
            name: name, inputShape: Shape(Array(steps.inputShape.dropFirst())),
            classCount: shape[1], stages: [Stage(backbone: layers, branch: nil)])
        parameters = try maker.parameters.ordered(for: network)
        (producer, opset) = (graph.producer, graph.opset)
        operatorCounts = graph.nodes.reduce(into: [:]) { $0[$1.operatorName, default: 0] += 1 }
        changes = steps.notes
        cutCount = max(blocks.count - 1, 0)
    }
}
#endif

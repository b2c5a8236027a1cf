#if ONNX
import BranchyNet
import SwiftProtobuf

/// A file of ONNX's format as it is read, before its graph is looked at.
struct ONNXFile {
    /// What protobuf can say of the length of a message.
    static let limit = Int(Int32.max)

    private let external: ExternalData
    private var model: Onnx_ModelProto

    /// Reads a file.
    ///
    /// - Throws: ``ONNXError`` where it is no such file, `ModelError` where it cannot be read.
    init(_ path: String) throws {
        let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) }
        try self.init(
            parsing: AtomicFile.read(path, limit: Self.limit), folder: folder ?? ".")
    }

    /// Reads the bytes of a file.
    ///
    /// - Parameter folder: where the files are that hold numbers of tensors.
    init(parsing bytes: [UInt8], folder: String) throws {
        try ProtobufCheck.check(bytes)
        var options = BinaryDecodingOptions()
        options.discardUnknownFields = true
        do {
            model = try Onnx_ModelProto(serializedBytes: bytes, options: options)
        } catch {
            throw ONNXError.corrupt("not an ONNX file: \(error)")
        }
        external = ExternalData(folder: folder)
    }
}

// MARK: - The graph

extension ONNXFile {
    /// Takes the graph out of the file, tensor by tensor so that numbers are not in memory twice, and
    /// checks its names.
    mutating func takeGraph() throws -> ONNXGraph {
        let opset = try opset()
        guard model.hasGraph else { throw ONNXError.corrupt("the file has no graph") }
        var graph = model.graph
        model.clearGraph()
        let constants = try Self.constants(&graph, external)
        let nodes = try graph.node.map { try ONNXNode($0, external) }
        let result = ONNXGraph(
            opset: opset, producer: producer, input: try Self.input(graph, besides: constants),
            output: try Self.output(graph), nodes: nodes, constants: constants)
        try result.checkNames()
        return result
    }

    private var producer: String {
        [model.producerName, model.producerVersion].filter { !$0.isEmpty }.joined(separator: " ")
    }

    private func opset() throws -> Int {
        let standard = model.opsetImport.filter { ["", "ai.onnx"].contains($0.domain) }
        guard standard.count == 1 else {
            throw ONNXError.corrupt(
                "it names \(standard.count) versions of ONNX's operators (opsets), expected one")
        }
        let known = ONNXGraph.opsets
        guard known.contains(Int(standard[0].version)) else {
            throw ONNXError.unsupported(
                "opset \(standard[0].version), expected \(known.lowerBound) to \(known.upperBound); "
                    + "export with another opset, such as 17")
        }
        return Int(standard[0].version)
    }

    private static func constants(
        _ graph: inout Onnx_GraphProto, _ external: ExternalData
    ) throws -> [String: ONNXTensor] {
        var protos = graph.initializer
        graph.initializer = []
        var constants: [String: ONNXTensor] = [:]
        for index in protos.indices {
            let proto = protos[index]
            protos[index] = Onnx_TensorProto()
            let place = "tensor \(proto.name.quoted)"
            guard !proto.name.isEmpty, constants[proto.name] == nil else {
                throw ONNXError.corrupt("\(place): expected a name of its own")
            }
            constants[proto.name] = try ONNXTensor(proto, external, place: place)
        }
        return constants
    }

    private static func input(
        _ graph: Onnx_GraphProto, besides constants: [String: ONNXTensor]
    ) throws -> ONNXGraph.Input {
        // Old files name their tensors among the inputs too.
        let inputs = graph.input.filter { constants[$0.name] == nil }
        guard inputs.count == 1 else {
            throw ONNXError.unsupported(
                "\(inputs.count) inputs (\(list(inputs))), expected one, an image")
        }
        let place = "input \(inputs[0].name.quoted)"
        guard case .tensorType(let type)? = inputs[0].type.value else {
            throw ONNXError.unsupported("\(place): expected a tensor")
        }
        guard ElementType(rawValue: type.elemType)?.isFloat == true else {
            let title = ElementType(rawValue: type.elemType).map { "\($0)" }
            throw ONNXError.unsupported(
                "\(place): elements of \(title ?? ElementType.title(type.elemType)), expected float32, "
                    + "float16 or bfloat16")
        }
        let dimensions: [Int?] = type.shape.dim.map {
            if case .dimValue(let size)? = $0.value { Int(size) } else { nil }
        }
        return ONNXGraph.Input(name: inputs[0].name, dimensions: dimensions)
    }

    private static func output(_ graph: Onnx_GraphProto) throws -> String {
        guard graph.output.count == 1 else {
            throw ONNXError.unsupported(
                "\(graph.output.count) outputs (\(list(graph.output))), expected one, the classes' "
                    + "scores; export in evaluation mode, without auxiliary outputs")
        }
        return graph.output[0].name
    }

    private static func list(_ values: [Onnx_ValueInfoProto]) -> String {
        let shown = values.prefix(4).map(\.name.quoted).joined(separator: ", ")
        return values.count > 4 ? shown + ", ..." : shown
    }
}

extension ONNXNode {
    fileprivate init(_ proto: Onnx_NodeProto, _ external: ExternalData) throws {
        self.init(
            name: proto.name, operatorName: proto.opType, domain: proto.domain, inputs: proto.input,
            outputs: proto.output, attributes: [:])
        for attribute in proto.attribute {
            guard attributes[attribute.name] == nil else {
                throw ONNXError.corrupt("\(place): attribute \(attribute.name.quoted) stands twice")
            }
            attributes[attribute.name] = try Attribute(attribute, external, of: place)
        }
    }
}

extension ONNXNode.Attribute {
    fileprivate init(
        _ proto: Onnx_AttributeProto, _ external: ExternalData, of place: String
    ) throws {
        switch proto.type {
        case 1: self = .float(proto.f)
        case 2: self = .integer(Int(proto.i))
        case 3: self = .string(String(decoding: proto.s, as: UTF8.self))
        case 4:
            let name = "\(place): attribute \(proto.name.quoted)"
            self = .tensor(try ONNXTensor(proto.t, external, place: name))
        case 6: self = .floats(proto.floats)
        case 7: self = .integers(proto.ints.map(Int.init))
        default: self = .other
        }
    }
}
#endif

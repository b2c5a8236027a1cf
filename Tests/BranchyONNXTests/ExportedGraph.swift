#if ONNX
import BranchyCompute
import BranchyNet
import BranchyONNX
import TestSupport

/// The fields of a message, as far as ONNX's files have them.
struct ProtobufFields {
    enum Content {
        case number(UInt64)
        case bytes([UInt8])
    }

    private(set) var all: [(field: Int, content: Content)] = []

    /// - Precondition: the bytes are those of a message.
    init(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let key = Self.number(&rest)
            switch key & 7 {
            case 0: all.append((Int(key >> 3), .number(Self.number(&rest))))
            case 2:
                let count = Int(Self.number(&rest))
                all.append((Int(key >> 3), .bytes(Array(rest.prefix(count)))))
                rest = rest.dropFirst(count)
            default:
                let word = rest.prefix(4).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
                all.append((Int(key >> 3), .number(word)))
                rest = rest.dropFirst(4)
            }
        }
    }

    func bytes(_ field: Int) -> [[UInt8]] {
        all.compactMap {
            if $0.field == field, case .bytes(let bytes) = $0.content { bytes } else { nil }
        }
    }

    func texts(_ field: Int) -> [String] {
        bytes(field).map { String(decoding: $0, as: UTF8.self) }
    }

    func number(_ field: Int) -> UInt64? {
        all.lazy.compactMap {
            if $0.field == field, case .number(let number) = $0.content { number } else { nil }
        }.first
    }

    /// Integers of a repeated field, packed.
    func integers(_ field: Int) -> [Int] {
        var rest = bytes(field).flatMap(\.self)[...]
        var integers: [Int] = []
        while !rest.isEmpty { integers.append(Int(truncatingIfNeeded: Self.number(&rest))) }
        return integers
    }

    private static func number(_ rest: inout ArraySlice<UInt8>) -> UInt64 {
        var (value, shift) = (UInt64(0), UInt64(0))
        while let byte = rest.popFirst() {
            value |= UInt64(byte & 0x7F) << shift
            shift += 7
            if byte < 0x80 { break }
        }
        return value
    }
}

/// A graph that was exported, looked at again.
struct ExportedGraph {
    /// A node, with the graphs that stand in it.
    struct Node {
        let kind, name: String
        let inputs, outputs: [String]
        let attributes: [String: ProtobufFields]

        init(_ bytes: [UInt8]) {
            let fields = ProtobufFields(bytes)
            (inputs, outputs) = (fields.texts(1), fields.texts(2))
            (name, kind) = (fields.texts(3).first ?? "", fields.texts(4)[0])
            attributes = fields.bytes(5).map { ProtobufFields($0) }.reduce(into: [:]) {
                $0[$1.texts(1)[0]] = $1
            }
        }

        func graph(_ attribute: String) -> ExportedGraph? {
            (attributes[attribute]?.bytes(6).first).map { ExportedGraph(graph: $0) }
        }

        func integers(_ attribute: String) -> [Int]? { attributes[attribute]?.integers(8) }

        func float(_ attribute: String) -> Float? {
            attributes[attribute]?.number(2).map { Float(bitPattern: UInt32($0)) }
        }
    }

    let fields: ProtobufFields
    var nodes: [Node] { fields.bytes(1).map { Node($0) } }
    var kinds: [String] { nodes.map(\.kind) }
    var inputs: [String] { fields.bytes(11).map { ProtobufFields($0).texts(1)[0] } }
    var outputs: [String] { fields.bytes(12).map { ProtobufFields($0).texts(1)[0] } }

    /// The tensors' numbers by their names.
    var tensors: [String: [Float]] {
        fields.bytes(5).map { ProtobufFields($0) }.reduce(into: [:]) { tensors, tensor in
            let raw = tensor.bytes(9).first ?? []
            let floats = stride(from: 0, to: raw.count, by: 4).map { place in
                Float(
                    bitPattern: raw[place..<place + 4].reversed().reduce(UInt32(0)) {
                        $0 << 8 | UInt32($1)
                    })
            }
            tensors[tensor.texts(8)[0]] =
                floats.isEmpty ? tensor.integers(7).map(Float.init) : floats
        }
    }

    /// The graph of a file.
    init(file: [UInt8]) { self.init(graph: ProtobufFields(file).bytes(7)[0]) }

    private init(graph: [UInt8]) { fields = ProtobufFields(graph) }

    /// What the importer reads where one value is the only output, as a row.
    func imported(_ output: String) throws -> ImportedNetwork {
        var graph = ProtobufBytes()
        for (field, content) in fields.all where field != 12 {
            if case .bytes(let bytes) = content { graph.add(field, bytes) }
        }
        graph.add(1, node("Flatten", [output], ["row"], [attribute("axis", 1)]))
        var value = ProtobufBytes()
        value.add(1, "row")
        graph.add(12, value)
        var (opset, model) = (ProtobufBytes(), ProtobufBytes())
        opset.add(2, ExportedNetwork.opset)
        model.add(7, graph)
        model.add(8, opset)
        return try ImportedNetwork(parsing: model.bytes, folder: ".", name: "again")
    }
}

/// A network with numbers for its parameters, of no training.
struct SampleModel {
    var model: TrainedModel

    init(
        inputShape: Shape, classCount: Int, policy: ModelPolicy? = nil,
        @NetworkBuilder _ content: () -> [NetworkBuilder.Element]
    ) throws {
        let network = BranchedNetwork(
            "sample", inputShape: inputShape, classCount: classCount, content)
        var generator = SeededGenerator(seed: 1)
        var parameters = ParameterStore()
        let program = try network.plainProgram().program
        for port in program.parameters {
            let shape = program.type(of: port.value).shape
            // Variances are above 0.
            let range: ClosedRange<Float> = port.name.hasSuffix("var") ? 0.5...2 : -0.5...0.5
            parameters[port.name] = Tensor(
                shape, (0..<shape.elementCount).map { _ in .random(in: range, using: &generator) })
        }
        let channels = inputShape[0]
        model = TrainedModel(
            network: network, parameters: parameters,
            preprocessing: Preprocessing(
                mean: (0..<channels).map { 0.25 + 0.125 * Float($0) },
                standardDeviation: (0..<channels).map { 0.5 + 0.25 * Float($0) }),
            classNames: (0..<classCount).map(String.init), policy: policy,
            provenance: Provenance(
                imported: ImportedFile(name: "none", checksum: "", producer: "a test")))
    }

    /// An image that tells all places apart.
    var image: [Float] {
        var generator = SeededGenerator(seed: 2)
        return (0..<model.network.inputShape.elementCount).map { _ in
            .random(in: -2...2, using: &generator)
        }
    }

    /// The logits of every exit.
    func logits() throws -> [[Float]] {
        try Self.logits(model.network, model.parameters, of: image)
    }

    /// What a network computes of an image by plain loops.
    static func logits(
        _ network: BranchedNetwork, _ parameters: ParameterStore, of image: [Float]
    ) throws -> [[Float]] {
        var evaluator = try LogitsEvaluator(
            network: network, parameters: parameters, engine: ReferenceEngine(), batchSize: 1)
        var logits: [[Float]] = []
        try evaluator.evaluate(
            fill: { span in for index in image.indices { span[index] = image[index] } },
            { _, span in logits.append(span.indices.map { span[$0] }) })
        return logits
    }
}
#endif

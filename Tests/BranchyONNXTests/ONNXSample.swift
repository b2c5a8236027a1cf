#if ONNX
import BranchyONNX

/// An ONNX file, put together by hand.
struct ONNXSample: Sendable {
    var opset = 17
    var inputs = [("x", [-1, 4, 6, 6])]
    var outputs = ["y"]
    var nodes: [ProtobufBytes] = []
    var tensors: [ProtobufBytes] = []
    /// The type of the input's elements.
    var inputType = 1

    init(_ nodes: ProtobufBytes..., tensors: [ProtobufBytes] = []) {
        (self.nodes, self.tensors) = (nodes, tensors)
    }

    /// The file.
    var bytes: [UInt8] {
        var graph = ProtobufBytes()
        for node in nodes { graph.add(1, node) }
        for tensor in tensors { graph.add(5, tensor) }
        for (name, sizes) in inputs { graph.add(11, Self.value(name, sizes, inputType)) }
        for name in outputs { graph.add(12, Self.value(name, [], 1)) }
        var version = ProtobufBytes()
        version.add(2, opset)
        var model = ProtobufBytes()
        model.add(1, 8)
        model.add(7, graph)
        model.add(8, version)
        return model.bytes
    }

    /// The network that is read from the file.
    func imported() throws -> ImportedNetwork {
        try ImportedNetwork(parsing: bytes, folder: ".", name: "sample")
    }

    /// Why the file is refused; empty where it is not.
    var refusal: String {
        do {
            _ = try imported()
            return ""
        } catch { return "\(error)" }
    }

    /// - Parameter sizes: -1 for one that may be any.
    private static func value(_ name: String, _ sizes: [Int], _ elementType: Int) -> ProtobufBytes {
        var shape = ProtobufBytes()
        for size in sizes {
            var dimension = ProtobufBytes()
            if size < 0 { dimension.add(2, "N") } else { dimension.add(1, size) }
            shape.add(1, dimension)
        }
        var tensor = ProtobufBytes()
        tensor.add(1, elementType)
        tensor.add(2, shape)
        var type = ProtobufBytes()
        type.add(1, tensor)
        var value = ProtobufBytes()
        value.add(1, name)
        value.add(2, type)
        return value
    }
}

/// A node.
func node(
    _ kind: String, _ inputs: [String], _ outputs: [String], name: String = "", domain: String = "",
    _ attributes: [ProtobufBytes] = []
) -> ProtobufBytes {
    var node = ProtobufBytes()
    for input in inputs { node.add(1, input) }
    for output in outputs { node.add(2, output) }
    node.add(3, name)
    node.add(4, kind)
    for attribute in attributes { node.add(5, attribute) }
    node.add(7, domain)
    return node
}

/// A node's attribute of one integer.
func attribute(_ name: String, _ value: Int) -> ProtobufBytes {
    var attribute = ProtobufBytes()
    attribute.add(1, name)
    attribute.add(3, value)
    attribute.add(20, 2)
    return attribute
}

/// A node's attribute of one number.
func attribute(_ name: String, _ value: Float) -> ProtobufBytes {
    var attribute = ProtobufBytes()
    attribute.add(1, name)
    attribute.add(2, value)
    attribute.add(20, 1)
    return attribute
}

/// A node's attribute of integers.
func attribute(_ name: String, _ values: [Int]) -> ProtobufBytes {
    var attribute = ProtobufBytes()
    attribute.add(1, name)
    attribute.add(8, values)
    attribute.add(20, 7)
    return attribute
}

/// A tensor of floats, as its field of bytes.
func tensor(_ name: String, _ sizes: [Int], _ values: [Float]) -> ProtobufBytes {
    var tensor = ProtobufBytes()
    tensor.add(1, sizes)
    tensor.add(2, 1)
    tensor.add(8, name)
    tensor.add(9, values.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian) { Array($0) } })
    return tensor
}

/// A tensor of floats that are all alike.
func tensor(_ name: String, _ sizes: [Int], repeating value: Float = 0.5) -> ProtobufBytes {
    tensor(name, sizes, Array(repeating: value, count: sizes.reduce(1, *)))
}

/// A tensor of integers, as its field of integers.
func integers(_ name: String, _ values: [Int]) -> ProtobufBytes {
    var tensor = ProtobufBytes()
    tensor.add(1, [values.count])
    tensor.add(2, 7)
    tensor.add(7, values)
    tensor.add(8, name)
    return tensor
}
#endif

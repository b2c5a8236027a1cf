#if ONNX
import BranchyCompute
import Foundation

/// Puts a graph together node by node, and gives every value a name of its own.
///
/// Names of values have no point in them, which all names of parameters have, so the two never meet.
struct GraphBuilder {
    /// The graph so far.
    private(set) var graph = Onnx_GraphProto()
    private var valueCount = 0

    /// Appends a node that computes one value.
    ///
    /// - Parameters:
    ///   - inputs: the names of what it reads; an empty one is left out.
    ///   - layer: the path of the layer that it computes, if that has one.
    /// - Returns: the name of the value.
    @discardableResult
    mutating func append(
        _ operatorName: String, _ inputs: [String], _ attributes: [Onnx_AttributeProto] = [],
        layer: String? = nil
    ) -> String {
        append(operatorName, inputs, attributes, layer: layer, resultCount: 1)[0]
    }

    /// The same for a node that computes several.
    mutating func append(
        _ operatorName: String, _ inputs: [String], _ attributes: [Onnx_AttributeProto] = [],
        layer: String? = nil, resultCount: Int
    ) -> [String] {
        var node = Onnx_NodeProto()
        node.opType = operatorName
        node.input = inputs
        node.output = (0..<resultCount).map { _ in makeName() }
        node.name = layer ?? node.output[0]
        node.attribute = attributes
        graph.node.append(node)
        return node.output
    }

    /// Gives the value that the last node computed another name, before anything reads it.
    mutating func renameLast(to name: String) {
        graph.node[graph.node.count - 1].output[0] = name
    }

    /// Adds a tensor of the model under its own name.
    mutating func addTensor(_ name: String, _ tensor: Tensor) {
        graph.initializer.append(Onnx_TensorProto(name, tensor.shape.dimensions, tensor.scalars))
    }

    /// Adds a constant.
    ///
    /// - Parameter dimensions: the sizes; one for each number if `nil`.
    /// - Returns: its name.
    mutating func constant(_ floats: [Float], _ dimensions: [Int]? = nil) -> String {
        let name = makeName()
        graph.initializer.append(Onnx_TensorProto(name, dimensions ?? [floats.count], floats))
        return name
    }

    /// Adds a constant list of integers, such as sizes or axes.
    mutating func constant(_ integers: [Int]) -> String {
        let name = makeName()
        graph.initializer.append(Onnx_TensorProto(name, integers))
        return name
    }

    /// Says what a value is that comes from outside.
    mutating func addInput(_ port: ExportedNetwork.Port) {
        graph.input.append(Onnx_ValueInfoProto(port))
    }

    /// Says what a value is that the graph gives.
    mutating func addOutput(_ port: ExportedNetwork.Port) {
        graph.output.append(Onnx_ValueInfoProto(port))
    }

    /// Makes a graph that stands within a node of this one, and may read all that this one has computed.
    mutating func inner(
        _ body: (inout GraphBuilder) throws -> Void
    ) rethrows -> Onnx_GraphProto {
        var inner = GraphBuilder()
        inner.valueCount = valueCount
        try body(&inner)
        // A name that the one has used is not given again by the other.
        valueCount = inner.valueCount
        inner.graph.name = "graph\(valueCount)"
        return inner.graph
    }

    private mutating func makeName() -> String {
        valueCount += 1
        return "value\(valueCount)"
    }
}

// MARK: - Parts of the format

extension Onnx_AttributeProto {
    private init(_ name: String, type: Int32) {
        self.init()
        (self.name, self.type) = (name, type)
    }

    static func float(_ name: String, _ value: Float) -> Self {
        var attribute = Self(name, type: 1)
        attribute.f = value
        return attribute
    }

    static func integer(_ name: String, _ value: Int) -> Self {
        var attribute = Self(name, type: 2)
        attribute.i = Int64(value)
        return attribute
    }

    static func graph(_ name: String, _ value: Onnx_GraphProto) -> Self {
        var attribute = Self(name, type: 5)
        attribute.g = value
        return attribute
    }

    static func integers(_ name: String, _ values: [Int]) -> Self {
        var attribute = Self(name, type: 7)
        attribute.ints = values.map(Int64.init)
        return attribute
    }
}

extension Onnx_TensorProto {
    fileprivate init(_ name: String, _ dimensions: [Int], _ floats: [Float]) {
        self.init(name, dimensions, type: .float32)
        rawData = floats.map(\.bitPattern.littleEndian).withUnsafeBytes { Data($0) }
    }

    fileprivate init(_ name: String, _ integers: [Int]) {
        self.init(name, [integers.count], type: .int64)
        int64Data = integers.map(Int64.init)
    }

    private init(_ name: String, _ dimensions: [Int], type: ExportedNetwork.Port.Element) {
        self.init()
        self.name = name
        dims = dimensions.map(Int64.init)
        dataType = type.number
    }
}

extension Onnx_ValueInfoProto {
    fileprivate init(_ port: ExportedNetwork.Port) {
        self.init()
        name = port.name
        type.tensorType.elemType = port.element.number
        type.tensorType.shape.dim = port.shape.map { size in
            var dimension = Onnx_TensorShapeProto.Dimension()
            if let size {
                dimension.dimValue = Int64(size)
            } else {
                dimension.dimParam = "N"
            }
            return dimension
        }
    }
}

extension ExportedNetwork.Port.Element {
    /// ONNX's number of the type.
    fileprivate var number: Int32 {
        switch self {
        case .float32: 1
        case .uint8: 2
        case .int64: 7
        }
    }
}
#endif

import BranchyCompute
import BranchyNet

/// Turns the nodes of a graph into steps: shapes are inferred, what follows from constants is computed,
/// and what does nothing is left out.
///
/// One image is followed, so a batch of any size counts as 1.
struct Translator {
    /// What a name stands for.
    enum Value {
        /// What depends on the image.
        case data(ValueID)
        case constant(ONNXTensor)
    }

    let opset: Int
    var values: [String: Value]
    /// The sizes of each value that depends on the image, the batch's 1 in front.
    var shapes: [[Int]]
    var steps: [Step] = []
    /// How many nodes of a kind were left out or computed, for people.
    var notes: [String: Int] = [:]
    /// How many numbers may still be computed, or made parameters of.
    private var allowance = 1 << 22

    /// Translates a graph.
    ///
    /// - Throws: ``ONNXError`` with the node that no step can be made of.
    static func translate(_ graph: ONNXGraph) throws -> StepGraph {
        var translator = try Translator(graph)
        for node in graph.nodes { try translator.translate(node) }
        guard case .data(let output)? = translator.values[graph.output] else {
            throw ONNXError.unsupported(
                "output \(graph.output.quoted) does not depend on the image")
        }
        return StepGraph(
            input: 0, inputShape: translator.shapes[0], output: output, steps: translator.steps,
            notes: translator.notes)
    }

    private init(_ graph: ONNXGraph) throws {
        opset = graph.opset
        values = graph.constants.mapValues(Value.constant)
        values[graph.input.name] = .data(0)
        allowance += graph.constants.values.reduce(0) { $0 + 2 * $1.elements.count }
        shapes = [try Self.shape(of: graph.input)]
    }

    private static func shape(of input: ONNXGraph.Input) throws -> [Int] {
        let text = input.dimensions.map { $0.map(String.init) ?? "?" }.joined(separator: "x")
        let place = "input \(input.name.quoted)"
        guard input.dimensions.count == 4 else {
            throw ONNXError.unsupported(
                "\(place): sizes of \(text), expected those of an image: batch x channels x height x "
                    + "width")
        }
        guard [nil, 1].contains(input.dimensions[0]) else {
            throw ONNXError.unsupported(
                "\(place): a fixed batch in \(text); export with a batch of 1 or of any size")
        }
        let sizes = try input.dimensions.dropFirst().map { size in
            guard let size else {
                throw ONNXError.unsupported(
                    "\(place): sizes of \(text); channels, height and width have to be fixed: export "
                        + "with a dynamic batch alone")
            }
            guard (1...65536).contains(size) else {
                throw ONNXError.unsupported(
                    "\(place): sizes of \(text), expected each from 1 to 65536")
            }
            return size
        }
        return [1] + sizes
    }
}

// MARK: - What handlers of operators use

extension Translator {
    /// How large a value of one image may be; no sum or product of sizes overflows below.
    static let largestValue = 1 << 31

    /// An operand that depends on the image, with its sizes.
    func data(_ node: ONNXNode, _ index: Int = 0) throws -> (id: ValueID, shape: [Int]) {
        guard let value = try operand(node, index) else {
            throw ONNXError.corrupt("\(node.place): input \(index + 1) is missing")
        }
        guard case .data(let id) = value else {
            throw ONNXError.unsupported(
                "\(node.place): input \(index + 1) is a constant, expected what depends on the image"
            )
        }
        return (id, shapes[id])
    }

    /// A constant operand; `nil` where it is left out.
    func constant(_ node: ONNXNode, _ index: Int) throws -> ONNXTensor? {
        switch try operand(node, index) {
        case .constant(let tensor)?: return tensor
        case nil: return nil
        case .data:
            throw ONNXError.unsupported(
                "\(node.place): input \(index + 1) depends on the image, expected a constant")
        }
    }

    /// A constant operand that has to be there.
    func requiredConstant(_ node: ONNXNode, _ index: Int) throws -> ONNXTensor {
        guard let tensor = try constant(node, index) else {
            throw ONNXError.corrupt("\(node.place): input \(index + 1) is missing")
        }
        return tensor
    }

    /// A constant list of integers; `nil` where it is left out.
    func integers(_ node: ONNXNode, _ index: Int) throws -> [Int]? {
        guard let tensor = try constant(node, index) else { return nil }
        guard let integers = tensor.integers, tensor.dimensions.count <= 1 else {
            throw ONNXError.corrupt("\(node.place): input \(index + 1) is no list of integers")
        }
        return integers
    }

    /// An operand; `nil` where it is left out.
    func operand(_ node: ONNXNode, _ index: Int) throws -> Value? {
        guard index < node.inputs.count, !node.inputs[index].isEmpty else { return nil }
        guard let value = values[node.inputs[index]] else {
            throw ONNXError.unsupported(
                "\(node.place): it reads \(node.inputs[index].quoted), which is not computed here")
        }
        return value
    }

    /// Takes numbers out of what may be computed, before they are.
    ///
    /// A node of a few bytes may use a tensor of millions of numbers, or compute thousands; a file of
    /// many such nodes would come to any amount of memory.
    mutating func spend(_ count: Int, _ node: ONNXNode) throws {
        guard count <= allowance else {
            throw ONNXError.unsupported(
                "\(node.place): the file's tensors are used, or others computed, again and again; "
                    + "expected in all at most twice the numbers that the file has")
        }
        allowance -= count
    }

    /// Lets more numbers be computed by those of a tensor that a node brings along.
    mutating func earn(_ tensor: ONNXTensor) { allowance += 2 * tensor.elements.count }

    /// Makes a step of a node, whose result is one of the node's.
    mutating func append(
        _ operation: Step.Operation, _ inputs: [ValueID], _ shape: [Int], _ node: ONNXNode,
        output index: Int = 0
    ) throws {
        let id = try append(operation, inputs, shape, node.place)
        define(node, index, as: .data(id))
    }

    /// Makes a step whose result has no name.
    mutating func append(
        _ operation: Step.Operation, _ inputs: [ValueID], _ shape: [Int], _ place: String
    ) throws -> ValueID {
        guard let checked = Shape(exactly: shape), !shape.contains(0),
            checked.elementCount <= Self.largestValue
        else {
            let text = shape.map(String.init).joined(separator: "x")
            throw ONNXError.unsupported("\(place): a result of \(text) is not possible")
        }
        guard shape.count >= 2, shape[0] == 1 else {
            throw ONNXError.unsupported(
                "\(place): a result of sizes \(shape), expected the batch in front, which is 1 here"
            )
        }
        guard steps.count < BranchedNetwork.layerLimit else {
            throw ONNXError.unsupported(
                "\(place): expected at most \(BranchedNetwork.layerLimit) layers")
        }
        shapes.append(shape)
        steps.append(
            Step(
                operation: operation, inputs: inputs, output: shapes.count - 1, shape: shape,
                place: place))
        return shapes.count - 1
    }

    /// Says what a result of a node is.
    mutating func define(_ node: ONNXNode, _ index: Int = 0, as value: Value) {
        guard index < node.outputs.count else { return }
        values[node.outputs[index]] = value
    }

    /// Lets a node's result be what it reads.
    mutating func pass(_ node: ONNXNode, _ note: String) throws {
        notes[note, default: 0] += 1
        define(node, as: .data(try data(node).id))
    }

    /// A dimension that may be counted from behind.
    func axis(_ axis: Int, rank: Int, _ node: ONNXNode) throws -> Int {
        guard (-rank..<rank).contains(axis) else {
            throw ONNXError.corrupt(
                "\(node.place): dimension \(axis) of \(rank), expected \(-rank) to \(rank - 1)")
        }
        return axis < 0 ? axis + rank : axis
    }

    /// Axes from an attribute, as long as the operator had one, or from an input.
    func axes(
        _ node: ONNXNode, _ attributes: inout AttributeReader, input index: Int, since version: Int,
        rank: Int
    ) throws -> [Int]? {
        let given =
            opset < version ? try attributes.integers("axes") : try integers(node, index)
        guard let given else { return nil }
        let axes = try given.map { try axis($0, rank: rank, node) }
        guard Set(axes).count == axes.count else {
            throw ONNXError.corrupt("\(node.place): a dimension stands twice in \(given.prefix(8))")
        }
        return axes.sorted()
    }
}

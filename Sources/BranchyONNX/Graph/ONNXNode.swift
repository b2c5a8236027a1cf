import BranchyNet

/// One operation of a graph.
struct ONNXNode {
    /// What an attribute says.
    enum Attribute {
        case float(Float)
        case integer(Int)
        case string(String)
        case tensor(ONNXTensor)
        case floats([Float])
        case integers([Int])
        /// Of a kind that no known operator has, such as a graph.
        case other
    }

    /// For messages, and for the names of layers; may be empty.
    var name: String
    /// What it does: `Conv`.
    var operatorName: String
    /// Whose operator that is; empty for ONNX's own.
    var domain: String
    /// The names of what it reads; an empty one is left out.
    var inputs: [String]
    /// The names of what it computes; an empty one is not wanted.
    var outputs: [String]
    var attributes: [String: Attribute]

    /// The node as messages name it: `node '/conv1/Conv' (Conv)`.
    var place: String {
        let name = name.isEmpty ? outputs.first ?? "" : name
        return "node \(name.quoted) (\(operatorName.isEmpty ? "no operator" : operatorName))"
    }
}

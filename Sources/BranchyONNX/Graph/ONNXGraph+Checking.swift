import BranchyNet

extension ONNXGraph {
    /// As many nodes as are read: exporters write a few for a layer, of which there may be 10,000.
    static let nodeLimit = 50_000

    /// Checks that every name is defined once, and before it is read.
    ///
    /// - Throws: ``ONNXError``.
    func checkNames() throws {
        guard nodes.count <= Self.nodeLimit else {
            throw ONNXError.unsupported(
                "\(nodes.count) nodes, expected at most \(Self.nodeLimit)")
        }
        var defined = Set(constants.keys).union([input.name])
        for node in nodes {
            try checkInputs(of: node, defined)
            for output in node.outputs where !output.isEmpty {
                guard defined.insert(output).inserted else {
                    throw ONNXError.corrupt("\(node.place): \(output.quoted) is defined twice")
                }
            }
        }
        guard defined.contains(output) else {
            throw ONNXError.corrupt("output \(output.quoted): no node computes it")
        }
    }

    private func checkInputs(of node: ONNXNode, _ defined: Set<String>) throws {
        guard let name = node.inputs.first(where: { !$0.isEmpty && !defined.contains($0) }) else {
            return
        }
        let later = nodes.first { $0.outputs.contains(name) }
        let reason =
            later.map { "\($0.place) computes it only later, or from it" } ?? "nothing defines it"
        throw ONNXError.corrupt("\(node.place): it reads \(name.quoted), and \(reason)")
    }
}

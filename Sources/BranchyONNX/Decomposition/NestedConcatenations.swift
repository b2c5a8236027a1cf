extension StepGraph {
    /// The graph with each concatenation that begins or ends as an earlier one does made of that one.
    ///
    /// DenseNet concatenates all that came before with what is new, again and again: written like this,
    /// each time one value and what was made of it are joined.
    func nestingConcatenations() -> StepGraph {
        var graph = self
        var known: [[ValueID]: ValueID] = [:]
        for (index, step) in steps.enumerated() {
            guard case .join(.concatenate) = step.operation else { continue }
            graph.steps[index].inputs = Self.nested(step.inputs, known)
            // Two that are the same stay two: only what is longer is made of either.
            if known[step.inputs] == nil { known[step.inputs] = step.output }
        }
        return graph
    }

    /// Inputs, of which the longest run at one end that was concatenated before is one.
    private static func nested(
        _ inputs: [ValueID], _ known: [[ValueID]: ValueID]
    ) -> [ValueID] {
        for length in stride(from: inputs.count - 1, to: 1, by: -1) {
            if let front = known[Array(inputs.prefix(length))] {
                return [front] + inputs.dropFirst(length)
            }
            if let back = known[Array(inputs.suffix(length))] {
                return inputs.dropLast(length) + [back]
            }
        }
        return inputs
    }
}

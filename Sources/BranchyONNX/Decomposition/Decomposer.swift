/// Takes a graph of steps apart into a chain, in which values live side by side only within blocks.
///
/// Where paths join, they came apart at the nearest value that all of them pass: the immediate
/// dominator of the join. A graph in which a step lies on two such paths is no chain of blocks, and is
/// refused.
struct Decomposer {
    private let graph: StepGraph
    private let producers: [ValueID: Int]
    /// The last value before another through which everything that leads there goes, with how many of
    /// these there are up to it.
    private var dominators: [ValueID: (value: ValueID, depth: Int)] = [:]
    /// The block in which a step was found.
    private var found: [Int: String] = [:]

    /// Takes a graph apart.
    ///
    /// - Parameter deepestNesting: how many blocks may lie in one another.
    /// - Throws: ``ONNXError`` with the nodes that are in the way.
    static func chain(_ graph: StepGraph, deepestNesting: Int) throws -> [Block] {
        var decomposer = try Decomposer(graph.nestingConcatenations())
        return try decomposer.chain(
            from: graph.input, to: graph.output, in: "the whole network", depth: deepestNesting)
    }

    private init(_ graph: StepGraph) throws {
        self.graph = graph
        producers = Dictionary(
            graph.steps.enumerated().map { ($1.output, $0) },
            uniquingKeysWith: { first, _ in first })
        dominators[graph.input] = (graph.input, 0)
        for step in graph.steps {
            let dominator = step.inputs.dropFirst().reduce(step.inputs[0]) { nearest($0, $1) }
            dominators[step.output] = (dominator, depth(dominator) + 1)
        }
    }

    private func depth(_ value: ValueID) -> Int { dominators[value]?.depth ?? 0 }

    /// The nearest value that is passed on the way to two others; one of them, or before both.
    private func nearest(_ left: ValueID, _ right: ValueID) -> ValueID {
        var (left, right) = (left, right)
        while left != right {
            if depth(left) >= depth(right) {
                left = dominators[left]?.value ?? graph.input
            } else {
                right = dominators[right]?.value ?? graph.input
            }
        }
        return left
    }

    /// The blocks from one value to another.
    private mutating func chain(
        from start: ValueID, to end: ValueID, in place: String, depth: Int
    ) throws -> [Block] {
        var blocks: [Block] = []
        var value = end
        while value != start {
            guard let index = producers[value] else {
                throw ONNXError.unsupported("\(place): it does not come from one value")
            }
            let step = graph.steps[index]
            try claim(index, place)
            guard case .join(let join) = step.operation else {
                blocks.append(.step(step))
                value = step.inputs[0]
                continue
            }
            guard depth > 0 else {
                throw ONNXError.unsupported("\(step.place): too many blocks lie in one another")
            }
            let fork = dominators[value]?.value ?? graph.input
            let paths = try step.inputs.map {
                try chain(from: fork, to: $0, in: step.place, depth: depth - 1)
            }
            blocks.append(.parallel(.init(join: join, paths: paths, step: step)))
            value = fork
        }
        return blocks.reversed()
    }

    /// Sees to it that a step lies in one place.
    private mutating func claim(_ index: Int, _ place: String) throws {
        guard let other = found.updateValue(place, forKey: index) else { return }
        let step = graph.steps[index]
        throw ONNXError.unsupported(
            "\(step.place): its result is on the way to both \(other) and \(place), so that more than "
                + "one value has to be kept across blocks; expected paths that come apart at one value "
                + "and join again in one")
    }
}

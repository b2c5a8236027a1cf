/// Goes once through the steps of a graph and says the same with fewer: steps that exporters write in
/// parts become one, and what only changes how a value is laid out goes.
///
/// Each step looks back at those that its operands come from, which are simplified already.
struct Simplification {
    /// What stands for a value of the graph now.
    var names: [ValueID: ValueID] = [:]
    /// The steps of the new graph by their results.
    var producers: [ValueID: Step] = [:]
    var steps: [Step] = []
    /// How many steps read a value.
    var useCounts: [ValueID: Int]
    /// The sizes of the image.
    var input: ValueID
    var inputShape: [Int]
    var notes: [String: Int]
    private var nextID: ValueID

    /// Simplifies a graph.
    static func simplify(_ graph: StepGraph) -> StepGraph {
        var simplification = Simplification(graph)
        for step in graph.steps { simplification.take(step) }
        let output = simplification.withoutSoftmax(simplification.now(graph.output))
        return StepGraph(
            input: simplification.input, inputShape: simplification.inputShape, output: output,
            steps: simplification.used(by: output), notes: simplification.notes)
    }

    private init(_ graph: StepGraph) {
        (input, inputShape, notes) = (graph.input, graph.inputShape, graph.notes)
        useCounts = [graph.output: 1]
        for id in graph.steps.flatMap(\.inputs) { useCounts[id, default: 0] += 1 }
        nextID = (graph.steps.map(\.output).max() ?? graph.input) + 1
    }

    private mutating func take(_ step: Step) {
        var step = step
        step.inputs = step.inputs.map(now)
        switch step.operation {
        case .reshape, .transpose: layOut(step)
        case .join(.multiply): multiply(step)
        case .scaleShift(let scaleShift): scale(step, scaleShift)
        case .convolution, .pooling: padOrKeep(step)
        default: keep(step)
        }
    }

    func now(_ id: ValueID) -> ValueID { names[id] ?? id }

    /// The step whose result a value is.
    func producer(_ id: ValueID) -> Step? { producers[id] }

    /// Whether one step alone reads a value, and no output is it.
    func isUsedOnce(_ id: ValueID) -> Bool { useCounts[id, default: 0] <= 1 }

    mutating func keep(_ step: Step) {
        steps.append(step)
        producers[step.output] = step
    }

    /// Puts a step in place of the one that has the same result.
    mutating func replace(_ step: Step) {
        guard let index = steps.lastIndex(where: { $0.output == step.output }) else { return }
        steps[index] = step
        producers[step.output] = step
    }

    /// Lets a step's result be another value.
    mutating func alias(_ step: Step, _ id: ValueID) {
        names[step.output] = id
        // What read the one reads the other.
        useCounts[id, default: 0] += useCounts[step.output, default: 0] - 1
    }

    /// A name for a value that the graph did not have.
    mutating func makeID() -> ValueID {
        nextID += 1
        return nextID - 1
    }

    mutating func note(_ what: String) { notes[what, default: 0] += 1 }

    /// Softmax changes no order of classes, and each exit has its own.
    private mutating func withoutSoftmax(_ output: ValueID) -> ValueID {
        guard let last = producer(output), case .softmax = last.operation else { return output }
        note("softmax at the end left out")
        return last.inputs[0]
    }

    /// The steps that lead to a value.
    private func used(by output: ValueID) -> [Step] {
        var wanted: Set = [output]
        var kept: [Step] = []
        for step in steps.reversed() where wanted.contains(step.output) {
            wanted.formUnion(step.inputs)
            kept.append(step)
        }
        return kept.reversed()
    }
}

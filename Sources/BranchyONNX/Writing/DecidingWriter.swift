#if ONNX
import BranchyCompute
import BranchyNet

/// Writes stage after stage, each but the first within the `If` of a decision: what stands behind the
/// exit at which an image leaves is not computed.
struct DecidingWriter {
    var writer: ProgramWriter
    private let exporter: Exporter
    private let policy: ModelPolicy?
    private let temperatures: [Float]
    /// What each exit so far answers: a class, or NaN.
    private var answers: [String] = []

    /// - Parameter writer: a graph that begins with the image.
    /// - Throws: `PolicyError` where there is no policy, ``ONNXError`` where it takes too many decisions.
    init(_ writer: ProgramWriter, of exporter: Exporter) throws {
        let model = exporter.model
        if model.policy == nil { _ = try model.exitPolicy() }
        (self.writer, self.exporter) = (writer, exporter)
        (policy, temperatures) = (model.policy, model.exitTemperatures)
        let decisions = (0..<model.network.exitCount - 1).count(where: decides)
        guard decisions <= ExportedNetwork.mostDecisions else {
            throw ONNXError.unsupported(
                "\(decisions) decisions within one another, expected at most "
                    + "\(ExportedNetwork.mostDecisions); the forms stages and all-exits have no limit"
            )
        }
    }

    /// Writes all stages.
    ///
    /// - Returns: what the graph gives.
    mutating func write() throws -> [ExportedNetwork.Port] {
        let ports = [
            Port(
                name: "logits", element: .float32, shape: [1, exporter.model.network.classCount]),
            Port(name: "exit", element: .int64, shape: [1]),
            Port(name: "probability", element: .float32, shape: [1]),
        ]
        let results = try writeStage(0)
        for (port, result) in zip(ports, results) {
            writer.builder.append("Identity", [result])
            writer.builder.renameLast(to: port.name)
        }
        return ports
    }

    private typealias Port = ExportedNetwork.Port

    /// - Returns: the logits, exit and probability of the image from this stage on.
    private mutating func writeStage(_ stage: Int) throws -> [String] {
        try writer.write(segment: NetworkProgram.backboneSegment(ofStage: stage))
        guard stage < exporter.logits.count - 1 else {
            return answer(at: stage, observe(stage))
        }
        try writer.write(segment: NetworkProgram.branchSegment(ofStage: stage))
        let observation = observe(stage)
        guard let condition = try condition(at: stage, observation) else {
            return try writeStage(stage + 1)
        }
        let leaving = inner { inner in inner.answer(at: stage, observation) }
        let goingOn = try inner { inner in try inner.writeStage(stage + 1) }
        return writer.builder.append(
            "If", [condition], [.graph("then_branch", leaving), .graph("else_branch", goingOn)],
            resultCount: 3)
    }

    /// A graph of a decision, which gives what the body returns.
    private mutating func inner(
        _ body: (inout Self) throws -> [String]
    ) rethrows -> Onnx_GraphProto {
        var inner = self
        return try writer.builder.inner { builder in
            inner.writer.builder = builder
            let results = try body(&inner)
            builder = inner.writer.builder
            for (result, element) in zip(results, [Port.Element.float32, .int64, .float32]) {
                builder.addOutput(
                    Port(
                        name: result, element: element,
                        shape: result == results[0] ? [1, exporter.model.network.classCount] : [1]))
            }
        }
    }

    private mutating func observe(_ exit: Int) -> ObservedLogits {
        let logits = writer.names[exporter.logits[exit]] ?? ""
        return writer.builder.observe(logits, temperature: temperatures[exit])
    }

    /// What an image that leaves here gets. Copies, since a graph gives only what it computes itself.
    private mutating func answer(at exit: Int, _ observation: ObservedLogits) -> [String] {
        let logits = writer.names[exporter.logits[exit]] ?? ""
        return [
            writer.builder.append("Identity", [logits]),
            writer.builder.append("Identity", [writer.builder.constant([exit])]),
            writer.builder.maximumProbability(observation),
        ]
    }

    /// Whether an image may leave at an exit before the last at all.
    private func decides(_ exit: Int) -> Bool {
        switch policy {
        case .thresholds: true
        case .patience(let policy): exit >= policy.patience
        case nil: false
        }
    }

    /// Whether the image leaves at an exit; `nil` where nobody can.
    private mutating func condition(
        at exit: Int, _ observation: ObservedLogits
    ) throws(ONNXError) -> String? {
        switch policy {
        case .thresholds(let policy):
            let score = try writer.builder.value(
                of: policy.score, observation, classCount: exporter.model.network.classCount)
            let threshold = writer.builder.constant([policy.thresholds[exit]])
            // NaN is on neither side.
            return writer.builder.append(
                policy.score.acceptsAbove ? "GreaterOrEqual" : "Less", [score, threshold])
        case .patience(let policy):
            answers.append(writer.builder.answer(observation))
            guard decides(exit) else { return nil }
            let repeated = answers.suffix(policy.patience + 1).dropLast().map {
                writer.builder.append("Equal", [$0, answers[exit]])
            }
            return repeated.dropFirst().reduce(repeated[0]) { all, next in
                writer.builder.append("And", [all, next])
            }
        case nil: return nil
        }
    }
}
#endif

#if ONNX
import BranchyCompute
import BranchyNet
import BranchyONNX
import Testing

/// A graph that decides leaves where the model's policy does. The logits of these networks are their
/// images, so that all that is left of the graph is the deciding.
struct DecisionTests {
    /// Exits that all see the same logits; from the second on none above 2.
    private static func sample(_ policy: ModelPolicy?, exits: Int = 3) throws -> SampleModel {
        try SampleModel(inputShape: [3, 1, 1], classCount: 3, policy: policy) {
            for exit in 0..<exits - 1 {
                Branch("branch\(exit)") {
                    if exit > 0 { Clip(minimum: -100, maximum: 2) }
                    Flatten()
                }
            }
            Flatten()
        }
    }

    private static func exit(_ sample: SampleModel, _ logits: [Float]) throws -> DecidedImage {
        let exported = try ExportedNetwork(sample.model, as: .nestedIf)
        return try DecidedImage(ExportedGraph(file: exported.graphs[0].bytes), logits)
    }

    private static let logits: [[Float]] = [
        [0, 0, 0], [1, 0, 0], [0, 2, 0.5], [0, 0, 9], [90, 0, -90], [3, 5, 1],
        [.nan, 0, 0], [0, .infinity, 0], [0, 5, -.infinity],
    ]

    @Test(arguments: ExitScore.unfitted)
    func thresholdsDecideAsTheyDoHere(score: ExitScore) throws {
        for threshold: Float in [0, 0.1, 0.5, 0.9, 1, 1.1, .infinity] {
            let policy = ThresholdPolicy(score: score, thresholds: [threshold, threshold])
            let sample = try Self.sample(.thresholds(policy))
            for logits in Self.logits {
                let expected = Self.expectedExit(policy, logits)
                let found = try Self.exit(sample, logits)
                #expect(found.exit == expected, "\(score) \(threshold): \(logits)")
            }
        }
    }

    /// Under temperatures too, of which the first lets more leave and the second fewer.
    @Test func temperaturesCountAsTheyDoHere() throws {
        let policy = ThresholdPolicy(score: .maximumProbability, thresholds: [0.8, 0.8])
        var sample = try Self.sample(.thresholds(policy))
        sample.model.temperatures = ExitTemperatures([0.5, 2, 1])
        let cool: [Float] = [0, 2, 0.5]
        let warm: [Float] = [0, 0.5, 0.25]
        for logits in [cool, warm] {
            let sure = ExitObservation(logits: logits.span, exit: 0, temperature: 0.5)
            let found = try Self.exit(sample, logits)
            #expect(found.exit == (sure.maximumProbability >= 0.8 ? 0 : 2), "\(logits)")
        }
        #expect(try Self.exit(sample, cool).exit == 0)
        #expect(try Self.exit(sample, warm).exit == 2)
    }

    @Test func scoresThatAreFittedAreRefused() throws {
        for score in [
            ExitScore.ensemble(ExitEnsemble(weights: [[1], [1, 1]])),
            .failure(FailurePredictor(weights: [[0, 1, 1, 1, 1], [0, 1, 1, 1, 1]])),
        ] {
            let policy = ThresholdPolicy(score: score, thresholds: [0.5, 0.5])
            let sample = try Self.sample(.thresholds(policy))
            let error = #expect(throws: ONNXError.self) { try Self.exit(sample, [1, 2, 3]) }
            #expect(error?.message.contains("--score margin") == true)
        }
    }

    @Test(arguments: [1, 2, 3])
    func patienceDecidesAsItDoesHere(patience: Int) throws {
        let policy = PatiencePolicy(patience: patience)
        let sample = try Self.sample(.patience(policy), exits: 5)
        for logits in Self.logits {
            let found = try Self.exit(sample, logits)
            #expect(
                found.exit == Self.expectedExit(policy, logits, exits: 5), "\(patience): \(logits)")
        }
    }

    private static func expectedExit(
        _ policy: some ExitPolicy, _ logits: [Float], exits: Int = 3
    ) -> Int {
        let observations = (0..<exits - 1).map { exit in
            // Of NaN it makes 2, as `DecidedImage` does.
            let seen = exit == 0 ? logits : logits.map { max(-100, min(2, $0)) }
            return ExitObservation(logits: seen.span, exit: exit)
        }
        return observations.indices.first { exit in
            let earlier = Array(observations[..<exit])
            return policy.accepts(observations[exit], after: earlier.span, elapsed: .zero)
        } ?? exits - 1
    }

    @Test func theAnswerIsThatOfTheExit() throws {
        let policy = ThresholdPolicy(score: .maximumProbability, thresholds: [0.99, 0.5])
        let sample = try Self.sample(.thresholds(policy))
        let found = try Self.exit(sample, [0, 3, 0])
        #expect(found.exit == 1 && found.logits == [0, 2, 0])
        let seen: [Float] = [0, 2, 0]
        let observation = ExitObservation(logits: seen.span, exit: 1)
        // exp of another library.
        #expect(abs(found.probability - observation.maximumProbability) < 1e-6)
    }

    @Test func whatStandsBehindAnExitStandsInItsDecision() throws {
        let policy = ModelPolicy.thresholds(ThresholdPolicy(thresholds: [0.5]))
        let sample = try SampleModel(inputShape: [1, 4, 4], classCount: 2, policy: policy) {
            Conv2D("conv1", inputChannels: 1, outputChannels: 2, kernelSize: 3)
            Branch("branch1") { GlobalAveragePool2D() }
            Conv2D("conv2", inputChannels: 2, outputChannels: 2, kernelSize: 2)
            Flatten()
        }
        let exported = try ExportedNetwork(sample.model, as: .nestedIf, preparesImages: true)
        let input = try #require(exported.graphs[0].inputs.first)
        #expect(input.element == .uint8 && input.shape == [1, 4, 4, 1])
        #expect(exported.graphs[0].outputs.map(\.name) == ["logits", "exit", "probability"])
        let graph = ExportedGraph(file: exported.graphs[0].bytes)
        #expect(graph.kinds.filter { $0 == "Conv" }.count == 1)
        let decision = try #require(graph.nodes.first { $0.kind == "If" })
        let (leaving, goingOn) = (decision.graph("then_branch"), decision.graph("else_branch"))
        #expect(leaving?.kinds.contains("Conv") == false)
        #expect(goingOn?.kinds.first == "Conv")
        #expect(
            goingOn?.tensors["conv2.weight"] == sample.model.parameters["conv2.weight"]?.scalars)
        #expect(graph.tensors["conv2.weight"] == nil)
    }

    @Test func aPlainNetworkDecidesNothing() throws {
        let sample = try SampleModel(inputShape: [3, 1, 1], classCount: 3) { Flatten() }
        let found = try Self.exit(sample, [1, 2, 3])
        #expect(found.exit == 0 && found.logits == [1, 2, 3])
    }

    @Test func withoutAPolicyNothingCanBeDecided() throws {
        let sample = try Self.sample(nil)
        #expect(throws: PolicyError.self) { try ExportedNetwork(sample.model, as: .nestedIf) }
        for form in [ExportedNetwork.Form.stages, .allExits] {
            _ = try ExportedNetwork(sample.model, as: form)
        }
    }

    @Test func moreDecisionsThanReadersFollowAreRefused() throws {
        let most = ExportedNetwork.mostDecisions
        for count in [most, most + 1] {
            let policy = ThresholdPolicy(thresholds: (0..<count).map { _ in 0.1 })
            let sample = try Self.sample(.thresholds(policy), exits: count + 1)
            guard count > most else {
                #expect(try Self.exit(sample, [0, 0, 0]).exit == most)
                continue
            }
            #expect(throws: ONNXError.self) { try ExportedNetwork(sample.model, as: .nestedIf) }
        }
    }
}
#endif

import BranchyCompute
import BranchyNet
import TestSupport
import Testing

struct PredictorRefusalTests {
    @Test(arguments: [[], [36], [6, 6], [1, 6, 5], [1, 36, 1], [2, 6, 6], [1, 1, 6, 6]])
    func imagesOfAnotherShape(dimensions: [Int]) throws {
        let predictor = try predictor()
        let image = Tensor(repeating: 0, Shape(dimensions))
        let failure = #expect(throws: NetworkError.self) { try predictor.predict(image) }
        #expect(failure?.code == .shapeMismatch)
        #expect(
            failure?.message
                == "an image of shape \(image.shape), but the network 'sample' expects 1x6x6")
    }

    @Test(arguments: [
        [], [36], [1, 6, 6], [3, 6, 6], [2, 1, 6, 5], [0, 1, 6, 5], [1, 2, 1, 6, 6],
    ])
    func batchesOfAnotherShape(dimensions: [Int]) throws {
        let predictor = try predictor()
        let images = Tensor(repeating: 0, Shape(dimensions))
        let failure = #expect(throws: NetworkError.self) {
            try predictor.predict(batch: images)
        }
        #expect(failure?.code == .shapeMismatch)
    }

    @Test(arguments: [0, 1, 35, 37, 72])
    func imagesOfAnotherNumberOfValues(count: Int) throws {
        var session = try predictor().makeSession()
        let image = [Float](repeating: 0, count: count)
        var codes: [NetworkError.Code?] = []
        do { _ = try session.predict(image.span) } catch {
            codes.append((error as? NetworkError)?.code)
        }
        do { try session.forEachExit(of: image.span) { _, _ in } } catch {
            codes.append((error as? NetworkError)?.code)
        }
        #expect(codes == [.shapeMismatch, .shapeMismatch])
    }

    /// A session that refused an image answers the next one.
    @Test func aRefusalLeavesNoTrace() throws {
        let sample = try PredictorSample()
        let predictor = try predictor()
        let expected = try predictor.predict(sample.image(0))
        #expect(throws: NetworkError.self) { try predictor.predict(Tensor([1], [0])) }
        #expect(try predictor.predict(sample.image(0)) == expected)
    }

    @Test(arguments: [[], [0.5], [0.5, 0.5, 0.5], [0.5, .nan], [-1, 0.5]] as [[Float]])
    func policiesThatDoNotFit(thresholds: [Float]) throws {
        let sample = try PredictorSample()
        #expect(throws: PolicyError.self) {
            try sample.predictor(ThresholdPolicy(thresholds: thresholds))
        }
    }

    @Test func missingAndMisshapenParameters() throws {
        let sample = try PredictorSample()
        for name in sample.parameters.names {
            for replacement in [nil, Tensor([2], [0, 0])] {
                var parameters = sample.parameters
                parameters[name] = replacement
                let failure = #expect(throws: EngineError.self) {
                    try Predictor(
                        network: sample.network, parameters: parameters,
                        policy: ThresholdPolicy(thresholds: [0, 0]), engine: ReferenceEngine())
                }
                #expect(failure?.code == .invalidParameter)
                #expect(failure?.message.contains("'\(name)'") == true)
            }
        }
    }

    @Test func descriptionsThatAreNoNetwork() throws {
        let sample = try PredictorSample()
        var network = sample.network
        network.classCount = 5
        #expect(throws: NetworkError.self) {
            try Predictor(
                network: network, parameters: sample.parameters,
                policy: ThresholdPolicy(thresholds: [0, 0]), engine: ReferenceEngine())
        }
    }

    private func predictor() throws -> Predictor {
        try PredictorSample().predictor(ThresholdPolicy(thresholds: [0, 0]))
    }
}

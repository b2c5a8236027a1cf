import BranchyCompute
import BranchyNet
import TestSupport
import Testing

/// What an answer says beside its class.
struct PredictionTests {
    /// The logits are those of the exit that answered, and of no other.
    @Test func holdsTheLogitsOfItsExit() throws {
        let sample = try PredictorSample()
        let predictor = try sample.predictor(sample.mixedPolicy())
        var session = try predictor.makeSession()
        var exits: Set<Int> = []
        for index in 0..<sample.count {
            let prediction = try predictor.predict(sample.image(index))
            exits.insert(prediction.exit)
            try session.forEachExit(of: sample.image(index).scalars.span) { observation, logits in
                guard observation.exit == prediction.exit else { return }
                #expect(prediction.logits == logits.indices.map { logits[$0] })
            }
        }
        #expect(exits == [0, 1, 2])
    }

    /// One softmax: the answer's probability is the same number wherever it is read.
    @Test func probabilitiesAreTheSoftmaxOfTheLogits() throws {
        let sample = try PredictorSample()
        for prediction in try sample.predictor(sample.mixedPolicy()).predict(batch: sample.images) {
            let probabilities = prediction.probabilities
            #expect(
                probabilities[prediction.predictedClass]
                    == prediction.observation.maximumProbability)
            // Four numbers, each within three roundings of 2⁻²⁴ of its share.
            #expect(abs(probabilities.reduce(0, +) - 1) < 1e-6)
            #expect(probabilities.max() == prediction.observation.maximumProbability)
        }
    }

    @Test func aSessionAnswersAsItsPredictor() throws {
        let sample = try PredictorSample()
        let predictor = try sample.predictor(sample.mixedPolicy())
        var session = try predictor.makeSession()
        for index in 0..<sample.count {
            let prediction = try predictor.predict(sample.image(index))
            let observation = try session.predict(sample.image(index).scalars.span)
            #expect(observation == prediction.observation)
        }
    }
}

/// A predictor from a model.
struct ModelPredictorTests {
    @Test func takesTheModelsPolicy() throws {
        let sample = try PredictorSample()
        let policy = try sample.mixedPolicy()
        let model = try ModelFolderSample.model(policy: .thresholds(policy))
        let predictor = try Predictor(model, engine: ReferenceEngine())
        #expect(predictor.policy as? ThresholdPolicy == policy)
        #expect(
            try predictor.predict(batch: sample.images)
                == sample.predictor(policy).predict(batch: sample.images))
    }

    @Test func saysWhatToDoWithoutAPolicy() throws {
        let model = try ModelFolderSample.model()
        let failure = #expect(throws: PolicyError.self) {
            try Predictor(model, engine: ReferenceEngine())
        }
        #expect(
            failure?.message
                == "'sample' has 3 exits, and the model keeps no policy that says where an image "
                + "leaves; choose one by `branchynet calibrate`, or hand one in, such as "
                + "ThresholdPolicy(thresholds: [0.3, 0.3])")
    }

    @Test func aPlainNetworkNeedsNone() throws {
        var model = try ModelFolderSample.model()
        model.network = model.network.withoutBranches(name: "plain")
        let predictor = try Predictor(model, engine: ReferenceEngine())
        #expect(try predictor.predict(PredictorSample().image(0)).exit == 0)
    }
}

/// What a deadline is planned by.
struct PredictorTimingTests {
    /// 10 µs per segment: a backbone and a branch each for the early exits, a backbone for the last.
    @Test(arguments: [1, 2, 9, 50]) func timesTheWayToEachExit(calls: Int) throws {
        let clock = ManualClock()
        let sample = try PredictorSample()
        let engine = AdvancingEngine(clock: clock) { _ in .microseconds(10) }
        let predictor = try Predictor(
            network: sample.network, parameters: sample.parameters,
            policy: FixedExitPolicy(exit: 0), engine: engine, clock: clock)
        let times = try predictor.measuredTimeToExit(calls: calls)
        #expect(times == [.microseconds(20), .microseconds(40), .microseconds(50)])
        let hurried = try predictor.with(
            policy: DeadlinePolicy(.microseconds(45), timeToExit: times))
        #expect(try hurried.predict(sample.image(0)).exit == 1)
    }

    @Test(arguments: [-1, 3, .max]) func thereIsNoWayToAnExitThatIsNotThere(exit: Int) throws {
        let predictor = try PredictorSample().predictor(FixedExitPolicy(exit: 0))
        #expect(throws: PolicyError.self) { try predictor.leaving(at: exit) }
    }
}

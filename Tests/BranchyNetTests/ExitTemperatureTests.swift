import BranchyCompute
import BranchyNet
import RealModule
import TestSupport
import Testing

/// What temperatures change, and what they never do.
struct ExitTemperatureTests {
    private static let temperatures: [Float] = [0.01, 0.3, 1, 1.7, 3, 100]

    /// Logits of all sizes, some of them neighbouring floats.
    private static func logits(seed: UInt64) -> [[Float]] {
        var generator = SeededGenerator(seed: seed)
        return (0..<300).map { place in
            let scale = [Float(1e-3), 1, 30, 1e4, 1e30][place % 5]
            var logits = (0..<10).map { _ in Float.random(in: -scale...scale, using: &generator) }
            logits[place % 10] = logits[(place + 3) % 10].nextUp
            return logits
        }
    }

    /// The softmax as it was before there were temperatures.
    private func undivided(_ logits: [Float]) -> (entropy: Float, largest: Float) {
        let maximum = logits.max() ?? 0
        var (sum, weighted): (Float, Float) = (0, 0)
        for logit in logits {
            let exponential = Float.exp(logit - maximum)
            sum += exponential
            if exponential != 0 { weighted += exponential * (logit - maximum) }
        }
        return (max(Float.log(sum) - weighted / sum, 0), 1 / sum)
    }

    @Test func oneChangesNoBit() {
        for logits in Self.logits(seed: 1) {
            let observation = ExitObservation(logits: logits.span, exit: 0, temperature: 1)
            let expected = undivided(logits)
            #expect(observation == ExitObservation(logits: logits.span, exit: 0))
            #expect(observation.entropy == min(expected.entropy, Float.log(10)))
            #expect(observation.maximumProbability == expected.largest)
        }
    }

    /// Not even where dividing would round two logits to one.
    @Test(arguments: temperatures)
    func noneChangesTheAnswer(temperature: Float) {
        for logits in Self.logits(seed: 2) {
            let observation = ExitObservation(
                logits: logits.span, exit: 0, temperature: temperature)
            #expect(
                observation.predictedClass
                    == ExitObservation(logits: logits.span, exit: 0).predictedClass)
            #expect(observation.isFinite && (0...1).contains(observation.margin))
        }
    }

    /// As many roundings as in the test of the formula without, of the quotients too.
    @Test(arguments: temperatures.dropFirst())
    func theSoftmaxIsOfDividedLogits(temperature: Float) {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<100 {
            let logits = (0..<10).map { _ in Float.random(in: -5...5, using: &generator) }
            let observation = ExitObservation(
                logits: logits.span, exit: 0, temperature: temperature)
            let exponentials = logits.map { Double.exp(Double($0) / Double(temperature)) }
            let sum = exponentials.reduce(0, +)
            for (logit, exponential) in zip(logits, exponentials) {
                let probability = observation.probability(
                    ofLogit: logit, largestLogit: logits[observation.predictedClass])
                #expect(abs(Double(probability) - exponential / sum) < 1e-5)
            }
        }
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity], temperatures)
    func noneMakesNaNSure(fault: Float, temperature: Float) {
        let observation = ExitObservation(
            logits: [1, fault, 2].span, exit: 0, temperature: temperature)
        #expect(!observation.isFinite && observation.maximumProbability.isNaN)
    }

    // MARK: - Predictors

    /// Alone, in batches, at every exit and in sessions: probabilities change, answers do not.
    @Test func predictorsDivideByThem() throws {
        let sample = try PredictorSample()
        let temperatures = ExitTemperatures([2, 0.5, 4])
        let plain = try sample.predictor(ThresholdPolicy(thresholds: [0, 0]))
        let divided = try plain.with(temperatures: temperatures)
        let batch = try divided.predict(batch: sample.images)
        for index in 0..<sample.count {
            let image = sample.image(index)
            let (own, other) = (try plain.predict(image), try divided.predict(image))
            #expect(other == batch[index])
            #expect(other.logits == own.logits && other.predictedClass == own.predictedClass)
            let logits = own.logits
            let expected = ExitObservation(logits: logits.span, exit: 2, temperature: 4)
            #expect(other.observation == expected)
            #expect(other.probabilities[other.predictedClass] == expected.maximumProbability)
            let exits = try divided.predictAtEveryExit(image)
            #expect(exits.map(\.observation.temperature) == temperatures.values)
            #expect(exits[2] == other)
            #expect(try divided.with(temperatures: nil).predict(image) == own)
            #expect(
                try divided.with(temperatures: ExitTemperatures([1, 1, 1])).predict(image) == own)
        }
    }

    // MARK: - Files

    @Test(
        arguments: [
            ([1, 1], "2 temperatures for a network with 3 exits"),
            ([1, 0, 1], "the temperature of exit 2 is 0.0"),
            ([-1, 1, 1], "the temperature of exit 1 is -1.0"),
            ([1, 1, .nan], "the temperature of exit 3 is nan"),
            ([1, .infinity, 1], "the temperature of exit 2 is inf"),
            ([1, 1, 1000], "expected 0.01 to 100.0"),
        ] as [([Float], String)])
    func refusesWhatCannotBe(values: [Float], message: String) throws {
        let temperatures = ExitTemperatures(values)
        let error = #expect(throws: PolicyError.self) { try temperatures.validate(exitCount: 3) }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("branchynet calibrate --temperatures fit") == true)
        let predictor = try PredictorSample().predictor(ThresholdPolicy(thresholds: [0, 0]))
        #expect(throws: PolicyError.self) { try predictor.with(temperatures: temperatures) }
        var model = try ModelFolderSample.model()
        model.temperatures = temperatures
        #expect(throws: PolicyError.self) { try model.validate() }
    }

    @Test func modelsKeepThem() throws {
        let temperatures = ExitTemperatures([1.25, 0.5, 3])
        try withTemporaryFolder { path in
            let folder = ModelFolder(path + "/model")
            var model = try ModelFolderSample.model(
                policy: .thresholds(ThresholdPolicy(thresholds: [0.1, 0.2])))
            model.temperatures = temperatures
            try folder.write(model, digest: ModelFolderSample.digest)
            let read = try folder.read(digest: ModelFolderSample.digest)
            #expect(read == model && read.temperatures == temperatures)
            let predictor = try Predictor(read, engine: ReferenceEngine())
            #expect(predictor.temperatures == temperatures)
        }
    }
}

import BranchyData
import BranchyTraining
import Testing

struct RecipeValidationTests {
    struct Case: Sendable, CustomStringConvertible {
        let key: String
        let description: String
        let change: @Sendable (inout Recipe) -> Void

        init(_ key: String, _ value: String, _ change: @escaping @Sendable (inout Recipe) -> Void) {
            (self.key, self.description, self.change) = (key, "\(key) = \(value)", change)
        }

        /// One case for each number.
        static func numbers<Number>(
            _ key: String, _ path: any WritableKeyPath<Recipe, Number> & Sendable,
            _ numbers: Number...
        ) -> [Case] where Number: Sendable {
            numbers.map { number in Case(key, "\(number)") { $0[keyPath: path] = number } }
        }
    }

    static let invalid: [Case] = [
        Case.numbers("epochs", \.epochs, 0, -1, 100_001, .min),
        Case.numbers("batchSize", \.batchSize, 0, -1, 65_537, .max),
        Case.numbers(
            "lossWeights", \.lossWeights, [], [0, 0], [1, -1], [.nan, 1], [1, .infinity]),
        Case.numbers(
            "optimizer.learningRate", \.optimizer.learningRate, -0.1, 0, .nan, .infinity),
        Case.numbers("optimizer.beta1", \.optimizer.beta1, -0.1, 1, .nan),
        Case.numbers("optimizer.beta2", \.optimizer.beta2, -0.1, 1, .nan),
        // The last one is 0 in the single precision of the parameters.
        Case.numbers("optimizer.epsilon", \.optimizer.epsilon, 0, -1, .nan, .infinity, 1e-50),
        Case.numbers("optimizer.weightDecay", \.optimizer.weightDecay, -1, .nan, .infinity),
        Case.numbers("optimizer.momentum", \.optimizer.momentum, -0.1, 1, .nan),
        Case.numbers(
            "optimizer.maximumGradientNorm", \.optimizer.maximumGradientNorm, 0, -1, .nan),
        Case.numbers(
            "optimizer.averageDecay", \.optimizer.averageDecay, -0.1, 1, 2, .nan),
        Case.numbers("labelSmoothing", \.labelSmoothing, -0.1, 1, .nan),
        Case.numbers("schedule.warmup", \.schedule.warmup, -0.1, 1.1, .nan),
        Case.numbers(
            "schedule.milestones", \.schedule.milestones, [-0.1], [1.1], [.nan], [0.5, 0.5],
            [0.75, 0.5]),
        Case.numbers("schedule.decay", \.schedule.decay, 0, -0.1, 1.1, .nan),
        Case.numbers("data.validationImages", \.data.validationImages, 0, -1),
        Case.numbers("data.calibrationImages", \.data.calibrationImages, -1),
        Case.numbers("data.shift", \.data.shift, -1, 65),
        Case.numbers("data.mean", \.data.mean, [.nan], [0, .infinity]),
        Case.numbers(
            "data.standardDeviation", \.data.standardDeviation, [0], [-1], [.nan], [.infinity]),
        Case.numbers(
            "data.colorJitter.brightness", \.data.colorJitter.brightness, -0.1, 10.1, .nan),
        Case.numbers("data.colorJitter.contrast", \.data.colorJitter.contrast, -0.1, 10.1, .nan),
        Case.numbers(
            "data.colorJitter.saturation", \.data.colorJitter.saturation, -0.1, 10.1, .nan),
        Case.numbers("data.colorJitter.hue", \.data.colorJitter.hue, -0.1, 0.51, .nan),
        Case.numbers("data.erasing.probability", \.data.erasing.probability, -0.1, 1.1, .nan),
        Case.numbers(
            "data.erasing.scale", \.data.erasing.scale, [], [0.1], [0.2, 0.1], [-0.1, 0.1],
            [0.1, 1.1], [0.1, .nan], [.nan, 0.1], [0, 0.1, 0.2]),
        Case.numbers(
            "data.erasing.ratio", \.data.erasing.ratio, [], [1], [2, 1], [0, 1], [1, .infinity],
            [.nan, 1]),
        Case.numbers(
            "data.erasing.value", \.data.erasing.value, .number(.nan), .number(.infinity)),
        Case.numbers("data.mixup", \.data.mixup, -0.1, 100.1, .nan, .infinity),
        Case.numbers("data.cutmix", \.data.cutmix, -0.1, 100.1, .nan, .infinity),
    ].flatMap(\.self)

    static let valid: [Case] = [
        Case.numbers("epochs", \.epochs, 1, 100_000),
        Case.numbers("batchSize", \.batchSize, 1, 65_536),
        Case.numbers("lossWeights", \.lossWeights, [0, 1], [1, 0]),
        Case.numbers("optimizer.learningRate", \.optimizer.learningRate, .leastNonzeroMagnitude),
        Case.numbers("optimizer.beta1", \.optimizer.beta1, 0, 1.0.nextDown),
        Case.numbers("optimizer.beta2", \.optimizer.beta2, 0, 1.0.nextDown),
        Case.numbers("optimizer.weightDecay", \.optimizer.weightDecay, 0, 1),
        Case.numbers("optimizer.momentum", \.optimizer.momentum, 0, 1.0.nextDown),
        Case.numbers(
            "optimizer.maximumGradientNorm", \.optimizer.maximumGradientNorm,
            .leastNonzeroMagnitude, .infinity),
        Case.numbers("optimizer.averageDecay", \.optimizer.averageDecay, 0, 1.0.nextDown),
        Case.numbers("labelSmoothing", \.labelSmoothing, 0, Float(1).nextDown),
        Case.numbers("schedule.warmup", \.schedule.warmup, 0, 1),
        Case.numbers("schedule.milestones", \.schedule.milestones, [], [0], [1], [0, 0.5, 1]),
        Case.numbers("schedule.decay", \.schedule.decay, .leastNonzeroMagnitude, 1),
        Case.numbers("data.validationImages", \.data.validationImages, 1),
        Case.numbers("data.calibrationImages", \.data.calibrationImages, 0),
        Case.numbers("data.shift", \.data.shift, 0, 64),
        Case.numbers("data.colorJitter.contrast", \.data.colorJitter.contrast, 0, 10),
        Case.numbers("data.colorJitter.hue", \.data.colorJitter.hue, 0, 0.5),
        Case.numbers("data.erasing.probability", \.data.erasing.probability, 0, 1),
        Case.numbers("data.erasing.scale", \.data.erasing.scale, [0, 1], [0.5, 0.5]),
        Case.numbers("data.erasing.value", \.data.erasing.value, .number(-3), .noise),
        Case.numbers("data.mixup", \.data.mixup, 0, 100),
        Case.numbers("data.cutmix", \.data.cutmix, 0, .leastNonzeroMagnitude, 100),
    ].flatMap(\.self)

    @Test(arguments: invalid) func valueOutOfItsRangeIsNamedByItsKey(_ fault: Case) throws {
        var recipe = try TinyTraining.recipe
        fault.change(&recipe)
        let error = TinyTraining.fault { try recipe.validate() }
        #expect(error?.code == .invalidRecipe)
        #expect(error?.message.contains("'\(fault.key)' is ") == true)
    }

    @Test(arguments: valid) func valueAtItsLimitIsAccepted(_ value: Case) throws {
        var recipe = try TinyTraining.recipe
        value.change(&recipe)
        try recipe.validate()
    }

    @Test(arguments: [
        ("optimizer.learningRate", "-1"), ("optimizer.learningRate", ".nan"),
        ("optimizer.learningRate", ".inf"), ("epochs", "0"), ("batchSize", "65537"),
        ("lossWeights", "[0, 0]"),
    ])
    func settingOutOfItsRangeIsNamedByItsKey(key: String, value: String) throws {
        let base = try Recipe.builtIn(for: "b-lenet")
        let error = TinyTraining.fault {
            _ = try Recipe.resolved(from: base, settings: ["\(key)=\(value)"])
        }
        #expect(error?.code == .invalidRecipe)
        #expect(error?.message.contains("'\(key)' is ") == true)
    }
}

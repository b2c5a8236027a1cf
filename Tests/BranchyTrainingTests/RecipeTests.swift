import BranchyCompute
import BranchyData
import BranchyNet
import BranchyTraining
import Foundation
import Testing

struct RecipeTests {
    @Test(arguments: BranchedNetwork.known)
    func builtInRecipesAreValidAndFitTheirNetworks(network: BranchedNetwork) throws {
        let recipe = try Recipe.builtIn(for: network.name)
        try recipe.validate()
        #expect(recipe.network == network.name)
        #expect(recipe.lossWeights.count == network.exitCount)
        #expect([0, network.exitCount - 1].contains(recipe.thresholds.count))
        #expect(recipe.data.mean.count == network.inputShape[0])
        #expect(recipe.data.standardDeviation.count == network.inputShape[0])
    }

    @Test(arguments: BranchedNetwork.known)
    func everyBuiltInNetworkHasARecipe(_ network: BranchedNetwork) throws {
        let recipe = try Recipe.builtIn(for: network.name)
        try recipe.validate()
        #expect(recipe.network == network.name)
        #expect(recipe.lossWeights.count == network.exitCount)
        #expect(recipe.data.mean.count == network.inputShape[0])
        #expect(recipe.data.standardDeviation.count == network.inputShape[0])
        #expect(try Recipe.standard(for: network) == recipe)
    }

    /// As many loss weights as exits and means as channels, and no thresholds before calibration.
    @Test func networksOfOnesOwnHaveARecipe() throws {
        let network = BranchedNetwork("b-lenet", inputShape: [2, 4, 4], classCount: 3) {
            Flatten()
            Branch("a") { Linear("linear", inputFeatures: 32, outputFeatures: 3) }
            Branch("b") { Linear("linear", inputFeatures: 32, outputFeatures: 3) }
            Linear("linear", inputFeatures: 32, outputFeatures: 3)
        }
        let recipe = try Recipe.standard(for: network)
        try recipe.validate()
        #expect(recipe.network == "b-lenet")
        #expect(recipe.lossWeights == [1, 1, 1])
        #expect(recipe.thresholds.isEmpty)
        #expect(recipe.data.mean.count == 2 && recipe.data.standardDeviation.count == 2)
    }

    @Test func unknownNetworkHasNoRecipe() {
        #expect(throws: NetworkError.self) { try Recipe.builtIn(for: "b-lenex") }
    }

    @Test(arguments: ["b-lenet", "lenet"]) func yamlReadsBackAsTheSameRecipe(name: String) throws {
        var recipe = try Recipe.builtIn(for: name)
        recipe.seed = .max
        recipe.optimizer.learningRate = 0.1 + 0.2
        recipe.optimizer.name = .sgd
        recipe.optimizer.momentum = 1 / 3
        recipe.optimizer.nesterov = true
        recipe.optimizer.maximumGradientNorm = 1 / 3
        recipe.optimizer.averageDecay = 1 / 3
        recipe.labelSmoothing = 1 / 3
        recipe.initialization = .he
        recipe.schedule.name = .step
        recipe.schedule.milestones = [1 / 3, 2 / 3]
        recipe.schedule.decay = 1 / 3
        recipe.lossWeights = [1 / 3, .pi]
        recipe.data.mean = [1 / 3]
        recipe.data.colorJitter.brightness = 1.0 / 3
        recipe.data.colorJitter.contrast = 2.0 / 3
        recipe.data.colorJitter.saturation = 4.0 / 3
        recipe.data.colorJitter.hue = 1.0 / 7
        recipe.data.erasing.probability = 1.0 / 3
        recipe.data.erasing.scale = [1.0 / 7, 1.0 / 3]
        recipe.data.erasing.ratio = [1.0 / 3, 5.0 / 3]
        recipe.data.erasing.value = name == "lenet" ? .noise : .number(1 / 3)
        (recipe.data.mixup, recipe.data.cutmix) = (1 / 3, 2 / 3)
        recipe.thresholds = [.infinity]
        let base = try Recipe.builtIn(for: "b-lenet")
        #expect(try Recipe.resolved(from: base, document: recipe.yaml()) == recipe)
    }

    @Test func nothingSaidChangesNothing() throws {
        let base = try Recipe.builtIn(for: "b-lenet")
        #expect(try Recipe.resolved(from: base) == base)
    }

    @Test func documentChangesOnlyTheKeysThatItHas() throws {
        let base = try Recipe.builtIn(for: "b-lenet")
        var expected = base
        expected.epochs = 3
        expected.precision = .bfloat16
        expected.lossWeights = [0.5, 2]
        expected.optimizer.name = .adamw
        expected.optimizer.weightDecay = 0.01
        let document = """
            # A comment.
            epochs: 3
            precision: bfloat16
            lossWeights: [0.5, 2]
            optimizer:
              weightDecay: 0.01
              name: adamw
            """
        #expect(try Recipe.resolved(from: base, document: document) == expected)
    }

    @Test func settingsChangeSingleKeysOnAnyLevel() throws {
        let base = try Recipe.builtIn(for: "b-lenet")
        var expected = base
        expected.epochs = 4
        expected.optimizer.learningRate = 0.002
        expected.schedule.name = .constant
        expected.lossWeights = [1, 0.25]
        expected.data.mean = [0.5]
        let settings = [
            "epochs=4", "optimizer.learningRate=2e-3", "schedule.name=constant",
            "lossWeights=[1, 0.25]", "data.mean=[0.5]",
        ]
        #expect(try Recipe.resolved(from: base, settings: settings) == expected)
    }

    @Test func settingsSayHowImagesAreVaried() throws {
        let base = try Recipe.builtIn(for: "b-photo")
        var expected = base
        (expected.data.colorJitter.brightness, expected.data.colorJitter.hue) = (0.4, 0.1)
        (expected.data.erasing.probability, expected.data.erasing.scale) = (0.25, [0.02, 0.2])
        expected.data.erasing.value = .noise
        (expected.data.mixup, expected.data.cutmix) = (0.2, 1)
        let settings = [
            "data.colorJitter={brightness: 0.4, hue: 0.1}", "data.erasing.probability=0.25",
            "data.erasing.scale=[0.02, 0.2]", "data.erasing.value=random", "data.mixup=0.2",
            "data.cutmix=1",
        ]
        #expect(try Recipe.resolved(from: base, settings: settings) == expected)
    }

    /// A recipe as runs kept it before there were these keys.
    @Test func recipesFromBeforeReadAsTheyWere() throws {
        var base = try Recipe.builtIn(for: "b-photo")
        base.optimizer.maximumGradientNorm = 5
        let encoded = try JSONSerialization.jsonObject(with: JSONEncoder().encode(base))
        var document = try #require(encoded as? [String: Any])
        var data = try #require(document["data"] as? [String: Any])
        for key in ["colorJitter", "erasing", "mixup", "cutmix"] {
            #expect(data.removeValue(forKey: key) != nil)
        }
        document["data"] = data
        let old = try JSONSerialization.data(withJSONObject: document)
        #expect(try JSONDecoder().decode(Recipe.self, from: old) == base)
    }

    @Test func settingsWinOverTheDocumentAndLaterOnesOverEarlier() throws {
        let base = try Recipe.builtIn(for: "b-lenet")
        let recipe = try Recipe.resolved(
            from: base, document: "epochs: 3", settings: ["epochs=4", "epochs=5"])
        #expect(recipe.epochs == 5)
    }

    @Test func settingMayChangeSeveralKeysOfALevel() throws {
        let base = try Recipe.builtIn(for: "b-lenet")
        let recipe = try Recipe.resolved(
            from: base, settings: ["optimizer={beta1: 0.99, learningRate: 0.001}"])
        #expect(recipe.optimizer.beta1 == 0.99)
        #expect(recipe.optimizer.learningRate == 0.001)
        #expect(recipe.optimizer.beta2 == base.optimizer.beta2)
    }

    @Test func aliasStandsForWhatItsAnchorMarks() throws {
        let base = try Recipe.builtIn(for: "b-lenet")
        let recipe = try Recipe.resolved(
            from: base,
            document: "data: {mean: &number [0.25], standardDeviation: *number}")
        #expect(recipe.data.mean == [0.25])
        #expect(recipe.data.standardDeviation == [0.25])
    }
}

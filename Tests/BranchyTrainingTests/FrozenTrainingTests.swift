import BranchyChecksum
import BranchyCompute
import BranchyData
import BranchyNet
import BranchyTraining
import Foundation
import TestSupport
import Testing

/// Branches learn from what a frozen trunk computed once.
struct FrozenTrainingTests {
    private static let network = BranchedNetwork(
        "frozen", inputShape: TinyTraining.imageShape, classCount: 2
    ) {
        Conv2D(
            "conv1", inputChannels: 1, outputChannels: 3, kernelSize: 3, padding: 1, hasBias: false)
        BatchNorm2D("bn1", channels: 3)
        ReLU()
        Branch("branch1") {
            Conv2D("conv", inputChannels: 3, outputChannels: 4, kernelSize: 3, stride: 2)
            BatchNorm2D("bn", channels: 4)
            ReLU()
            Flatten()
            Linear("linear", inputFeatures: 36, outputFeatures: 2)
        }
        Conv2D("conv2", inputChannels: 3, outputChannels: 2, kernelSize: 2, stride: 2)
        ReLU()
        Flatten()
        Linear("last", inputFeatures: 32, outputFeatures: 2)
    }

    private static var recipe: Recipe {
        get throws {
            var recipe = try TinyTraining.recipe
            recipe.network = network.name
            recipe.freeze = .trunk
            return recipe
        }
    }

    private static func features(
        _ recipe: Recipe, _ training: TrainingSplit, _ validation: ValidationSplit,
        _ parameters: ParameterStore, in folder: String, tasks: (String) -> Void = { _ in }
    ) throws -> TrunkFeatures {
        try TrunkFeatures(
            of: network, parameters: parameters, recipe: recipe, training: training,
            validation: validation, in: folder, engine: ReferenceEngine(), threads: 2,
            digest: Checksum.sha256
        ) { task, _, _ in tasks(task) }
    }

    private static func trainer(
        _ recipe: Recipe, in folder: String, from state: TrainingState? = nil
    ) throws -> Trainer {
        let training = TrainingSplit(try TinyTraining.halves(24, seed: 1))
        let validation = ValidationSplit(try TinyTraining.halves(11, seed: 2))
        let parameters = try ParameterStore.initial(for: network, seed: 3)
        let trained = try recipe.trained(of: parameters, in: network)
        return try Trainer(
            network: network, recipe: recipe, training: training, validation: validation,
            features: features(recipe, training, validation, parameters, in: folder),
            parameters: parameters, engine: ReferenceEngine(),
            state: state ?? TrainingState(parameters: trained, recipe: recipe))
    }

    @Test func theBranchLearnsAndTheTrunkStays() throws {
        try withTemporaryFolder { folder in
            var trainer = try Self.trainer(Self.recipe, in: folder)
            let before = trainer.model().parameters
            #expect(try trainer.fit() == .completed)
            let model = trainer.model()
            try model.validate()
            let trained = Set(try Self.network.branchParameters())
            for (name, tensor) in model.parameters {
                #expect((tensor == before[name]) == !trained.contains(name), "\(name)")
            }
            let accuracy = try #require(trainer.state.history.last?.validationAccuracy)
            #expect(accuracy.count == 2 && accuracy[0] == 1)
            #expect(trainer.state.parameters.names.allSatisfy { trained.contains($0) })
        }
    }

    /// The accuracies that are told are those of the whole model.
    @Test func validationSeesWhatInferenceWould() throws {
        try withTemporaryFolder { folder in
            var recipe = try Self.recipe
            recipe.epochs = 1
            recipe.optimizer.averageDecay = 0.9
            var trainer = try Self.trainer(recipe, in: folder)
            _ = try trainer.fit()
            let model = trainer.model()
            let images = try TinyTraining.halves(11, seed: 2)
            var right = [0, 0]
            let predictor = try Predictor(
                network: model.network, parameters: model.parameters,
                policy: FixedExitPolicy(exit: 1), engine: ReferenceEngine())
            for index in 0..<images.count {
                let image = try model.preprocessing.image(
                    of: images.pixels(at: index), shape: model.network.inputShape)
                for said in try predictor.predictAtEveryExit(image) {
                    right[said.exit] += said.predictedClass == images.label(at: index) ? 1 : 0
                }
            }
            #expect(
                trainer.state.history[0].validationAccuracy == right.map { Double($0) / 11 })
        }
    }

    @Test func aRunThatWasStoppedEndsInTheSameBits() throws {
        try withTemporaryFolder { folder in
            var recipe = try Self.recipe
            recipe.data.flip = true
            recipe.data.views = 2
            var whole = try Self.trainer(recipe, in: folder)
            _ = try whole.fit()
            var state: TrainingState?
            for stop in [2, 3, 2, .max] {
                var part = try Self.trainer(recipe, in: folder, from: state)
                var steps = 0
                _ = try part.fit(
                    observe: { if case .step = $0 { steps += 1 } }, shouldStop: { steps >= stop })
                let path = folder + "/checkpoint.safetensors"
                try Checkpoint(
                    network: Self.network, recipe: recipe, dataChecksums: [],
                    initialChecksum: nil, threads: 1, state: part.state
                ).write(to: path)
                state = try Checkpoint(contentsOf: path).state
            }
            #expect(state == whole.state)
        }
    }

    /// Where labels mean nothing and the last exit is all there is to learn from, the branch comes to say
    /// what that says.
    @Test func theBranchLearnsWhatTheLastExitSays() throws {
        try withTemporaryFolder { folder in
            var agreement: [Int] = []
            for weight in [0.0, 1.0] {
                var recipe = try Self.recipe
                (recipe.epochs, recipe.distillation.weight) = (12, weight)
                var trainer = try Self.trainer(recipe, in: folder)
                _ = try trainer.fit()
                let model = trainer.model()
                let predictor = try Predictor(
                    network: model.network, parameters: model.parameters,
                    policy: FixedExitPolicy(exit: 1), engine: ReferenceEngine())
                let images = try TinyTraining.halves(24, seed: 1)
                agreement.append(
                    try (0..<images.count).count { index in
                        let image = try model.preprocessing.image(
                            of: images.pixels(at: index), shape: model.network.inputShape)
                        let said = try predictor.predictAtEveryExit(image)
                        return said[0].predictedClass == said[1].predictedClass
                    })
            }
            // The last exit is random, and so is not what labels teach.
            #expect(agreement[1] >= agreement[0] + 5, "\(agreement) of 24")
        }
    }

    /// A file of features is made once for what it is of, and anew for anything else.
    @Test func featuresAreKeptForWhatTheyAreOf() throws {
        try withTemporaryFolder { folder in
            let training = TrainingSplit(try TinyTraining.halves(9, seed: 1))
            let validation = ValidationSplit(try TinyTraining.halves(5, seed: 2))
            let parameters = try ParameterStore.initial(for: Self.network, seed: 3)
            func made(_ recipe: Recipe, _ parameters: ParameterStore) throws -> Set<String> {
                var tasks: Set<String> = []
                _ = try Self.features(recipe, training, validation, parameters, in: folder) {
                    tasks.insert($0)
                }
                return tasks
            }
            var recipe = try Self.recipe
            #expect(try made(recipe, parameters).count == 2)
            #expect(try made(recipe, parameters).isEmpty)
            recipe.epochs = 9
            #expect(try made(recipe, parameters).isEmpty)
            var heads = parameters
            heads["branch1.linear.bias"] = Tensor([2], [1, 2])
            #expect(try made(recipe, heads).isEmpty)
            (recipe.data.flip, recipe.data.views) = (true, 3)
            #expect(
                try made(recipe, parameters) == [
                    "computing features of training images, view 2 of 3",
                    "computing features of training images, view 3 of 3",
                ])
            var other = parameters
            other["conv1.weight"] = Tensor(repeating: 0.5, [3, 1, 3, 3])
            #expect(try made(recipe, other).count == 4)
            recipe.data.mean = [0.25]
            #expect(try made(recipe, parameters).count == 4)

            // One that was cut short is of no use.
            let files = try FileManager.default.contentsOfDirectory(atPath: folder)
            for file in files {
                let handle = try #require(FileHandle(forWritingAtPath: "\(folder)/\(file)"))
                try handle.truncate(atOffset: 4_100)
            }
            #expect(try made(recipe, parameters).count == 4)
        }
    }

    @Test func whatTheTrunkMakesInfiniteIsRefused() throws {
        try withTemporaryFolder { folder in
            var parameters = try ParameterStore.initial(for: Self.network, seed: 3)
            parameters["bn1.weight"] = Tensor(repeating: .infinity, [3])
            let fault = TinyTraining.fault {
                _ = try Self.features(
                    Self.recipe, TrainingSplit(TinyTraining.halves(9, seed: 1)),
                    ValidationSplit(TinyTraining.halves(5, seed: 2)), parameters, in: folder)
            }
            #expect(fault?.code == .unsuitableData)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }

    @Test func recipesThatContradictThemselvesAreRefused() throws {
        let changes: [(String, (inout Recipe) -> Void)] = [
            ("data.views", { $0.data.flip = true }), ("data.views", { $0.data.views = 2 }),
            ("distillation.weight", { $0.distillation.weight = 1.5 }),
            (
                "distillation.weight", { ($0.distillation.weight, $0.newClasses) = (0.5, true) }
            ),
            ("distillation.temperature", { $0.distillation.temperature = 0 }),
            ("data.mixup", { $0.data.mixup = 0.2 }), ("data.views", { $0.data.views = 0 }),
            ("data.views", { ($0.freeze, $0.data.views) = (.none, 2) }),
        ]
        for (key, change) in changes {
            var recipe = try Self.recipe
            change(&recipe)
            let fault = TinyTraining.fault { try recipe.validate() }
            #expect(fault?.message.contains("'\(key)") == true, "\(fault?.message ?? "none")")
        }
        // A plain network has no branches.
        var recipe = try Self.recipe
        let plain = Self.network.withoutBranches(name: Self.network.name)
        recipe.lossWeights = [1]
        let fault = TinyTraining.fault { _ = try recipe.frozenNetwork(of: plain) }
        #expect(fault?.message.contains("branchynet branch") == true)
    }
}

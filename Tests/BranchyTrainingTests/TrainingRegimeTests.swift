import BranchyCompute
import BranchyData
import BranchyNet
import BranchyTraining
import Testing

/// Which exits are trained when: 13 images in batches of 4 make 3 full steps an epoch.
struct TrainingRegimeTests {
    private let network = TinyTraining.networkOfThreeExits
    private let data = Result { try TinyTraining.noise(13, seed: 1) }

    private func recipe(_ name: Recipe.RegimeRecipe.Name, epochs: Int = 3) throws -> Recipe {
        var recipe = try TinyTraining.recipeOfThreeExits
        (recipe.regime.name, recipe.epochs) = (name, epochs)
        recipe.optimizer.momentum = 0.9
        return recipe
    }

    @Test func aShareOfNothingForTheTrunkIsJointTrainingToTheBit() throws {
        var recipe = try recipe(.trunkFirst)
        recipe.regime.trunkShare = 0
        let trunkFirst = try TinyTraining.state(of: network, recipe, on: data.get())
        recipe.regime = .init()
        #expect(try TinyTraining.state(of: network, recipe, on: data.get()) == trunkFirst)
    }

    /// Schedule, order, masks and statistics included, and the branches are as they began.
    @Test func theTrunkIsTrainedAsThePlainNetworkToTheBit() throws {
        var recipe = try recipe(.trunkFirst, epochs: 4)
        recipe.schedule.name = .oneCycle
        recipe.optimizer.averageDecay = 0.9
        let start = try TinyTraining.start(network, recipe)
        let first = try TinyTraining.state(
            of: network, recipe, on: data.get(), stoppingAfter: 6)
        recipe.regime = .init()
        (recipe.epochs, recipe.lossWeights) = (2, [1])
        let plain = try TinyTraining.state(
            of: network.withoutBranches(name: "plain"), recipe, on: data.get())
        #expect(first.epoch == 2 && first.history.count == 2)
        for (name, tensor) in first.parameters {
            #expect(tensor == plain.average[name] ?? start.parameters[name], "\(name)")
        }
        #expect(first.average == first.parameters)
        #expect(first.moments.first.allSatisfy { $0.tensor.scalars.allSatisfy { $0 == 0 } })
        #expect(first.history.map(\.trainingLoss) == plain.history.map(\.trainingLoss))
    }

    @Test func thenEverythingIsTrained() throws {
        let recipe = try recipe(.trunkFirst, epochs: 2)
        let first = try TinyTraining.state(of: network, recipe, on: data.get(), stoppingAfter: 3)
        let end = try TinyTraining.state(of: network, recipe, on: data.get(), from: first)
        for name in first.parameters.names {
            #expect(first.parameters[name] != end.parameters[name], "\(name)")
        }
    }

    /// What of each stage moves when, running statistics included.
    @Test func layerWiseTrainsOnePieceAfterTheOther() throws {
        let recipe = try recipe(.layerWise)
        let pieces: [Set<String>] = [
            [
                "conv1.weight", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var",
                "branch1.linear.weight", "branch1.linear.bias",
            ],
            [
                "conv2.weight", "bn2.weight", "bn2.bias", "bn2.running_mean", "bn2.running_var",
                "branch2.linear.weight", "branch2.linear.bias",
            ], ["linear1.weight", "linear1.bias"],
        ]
        var state = try TinyTraining.start(network, recipe)
        for piece in pieces {
            let before = state.parameters
            state = try TinyTraining.state(
                of: network, recipe, on: data.get(), from: state, stoppingAfter: 3)
            let moved = before.names.filter { before[$0] != state.parameters[$0] }
            #expect(Set(moved) == piece)
        }
        #expect(state.epoch == 3)
    }

    /// The derivatives of a later piece, on what earlier ones make of images as inference does.
    @Test func layerWiseDerivativesAreOfOneLoss() throws {
        var recipe = try recipe(.layerWise)
        recipe.optimizer.momentum = 0
        for (epoch, names) in [
            ["conv1.weight", "bn1.bias", "branch1.linear.bias"],
            ["conv2.weight", "bn2.weight", "branch2.linear.weight"], ["linear1.weight"],
        ].enumerated() {
            let measured = MeasuredLoss(recipe: recipe, epoch: epoch)
            let gradients = try measured.gradients()
            for name in names {
                let found = Double(try #require(gradients[name]).scalars[0])
                let expected = try measured.derivative(by: name, 0)
                #expect(abs(found - expected) < MeasuredLoss.tolerance, "\(name)")
                #expect(found != 0)
            }
        }
    }

    /// A frozen piece normalizes by its running statistics and drops nothing: the step draws no mask.
    @Test func frozenPiecesRunAsInferenceRunsThem() throws {
        let recipe = try recipe(.layerWise)
        for (epoch, isFrozen) in [(0, false), (1, true)] {
            let measured = MeasuredLoss(recipe: recipe, epoch: epoch)
            let loss = try measured.loss(moving: "bn1.running_mean", 0, by: 0)
            let moved = try measured.loss(moving: "bn1.running_mean", 0, by: 0.5)
            let later = try measured.loss(moving: "bn1.running_mean", 0, by: 0, atStep: 7)
            #expect((moved != loss) == isFrozen)
            #expect((later == loss) == isFrozen)
        }
    }

    @Test func eachPhaseHasItsOwnCourseOfTheRate() throws {
        var recipe = try recipe(.trunkFirst, epochs: 5)
        recipe.regime.trunkShare = 0.4
        (recipe.schedule.name, recipe.schedule.warmup) = (.cosine, 0)
        recipe.addedEpochs = [1]
        let rates = (0..<24).map { recipe.learningRate(atStep: $0, batchesPerEpoch: 4) }
        let schedule = LearningRateSchedule.cosine(warmup: 0)
        let factors =
            (0..<8).map { schedule.factor(atStep: $0, of: 8) }
            + (0..<12).map { schedule.factor(atStep: $0, of: 12) }
            // Those that are added begin at a tenth.
            + (0..<4).map { 0.1 * schedule.factor(atStep: $0, of: 4) }
        #expect(rates == factors.map { recipe.optimizer.learningRate * $0 })
    }

    @Test func addedEpochsGoOnAsTheLastPhase() throws {
        var recipe = try recipe(.layerWise)
        let end = try TinyTraining.state(of: network, recipe, on: data.get())
        recipe.addedEpochs = [2]
        let later = try TinyTraining.state(of: network, recipe, on: data.get(), from: end)
        let moved = end.parameters.names.filter { end.parameters[$0] != later.parameters[$0] }
        #expect(Set(moved) == ["linear1.weight", "linear1.bias"])
        #expect(later.epoch == 5)
    }

    @Test(arguments: Recipe.RegimeRecipe.Name.allCases)
    func everyRegimeLearns(name: Recipe.RegimeRecipe.Name) throws {
        let end = try TinyTraining.state(
            of: network, recipe(name, epochs: 18), on: TinyTraining.halves(40, seed: 1))
        #expect(end.history.last?.validationAccuracy == [1, 1, 1])
    }

    @Test func recipesThatContradictThemselvesAreRefused() throws {
        let changes: [(String, (inout Recipe) -> Void)] = [
            ("'regime.trunkShare' is 1.0, expected 0 to below 1", { $0.regime.trunkShare = 1 }),
            ("'regime.trunkShare' is nan", { $0.regime.trunkShare = .nan }),
            ("'regime.trunkShare' is 0.1, expected 0, or a share", { $0.regime.trunkShare = 0.1 }),
            ("'regime.trunkShare' is 0.5, expected 0, or a share", { $0.epochs = 1 }),
            ("'regime.name' is trunkFirst, expected joint", { $0.freeze = .trunk }),
            ("'lossWeights' is [1.0, 1.0, 0.0], expected", { $0.lossWeights[2] = 0 }),
            (
                "'lossWeights' is [0.0, 1.0, 1.0], expected",
                { ($0.regime.name, $0.lossWeights[0]) = (.layerWise, 0) }
            ),
            ("'epochs' is 2, expected 3", { ($0.regime.name, $0.epochs) = (.layerWise, 2) }),
            (
                "'gradientEquilibrium' is true, expected false",
                { ($0.regime.name, $0.gradientEquilibrium) = (.layerWise, true) }
            ),
            (
                "'distillation.weight' is 0.5, expected 0",
                { ($0.regime.name, $0.distillation.weight) = (.layerWise, 0.5) }
            ),
        ]
        for (message, change) in changes {
            var recipe = try recipe(.trunkFirst)
            try recipe.validate()
            change(&recipe)
            let fault = TinyTraining.fault { try recipe.validate() }
            #expect(fault?.message.contains(message) == true, "\(fault?.message ?? message)")
        }
    }

    @Test func unknownRegimesAreNamed() throws {
        let fault = TinyTraining.fault {
            _ = try Recipe.resolved(
                from: .builtIn(for: "b-alexnet"), settings: ["regime.name=trunkfirst"])
        }
        #expect(fault?.message.contains("joint, trunkFirst or layerWise; did you mean") == true)
    }
}

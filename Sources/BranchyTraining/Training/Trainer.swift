public import BranchyCompute
public import BranchyData
public import BranchyNet

/// Trains the exits of a network: all at once, on the weighted sum of their losses, or by phases
/// (``Recipe/RegimeRecipe``).
///
/// The step is one program: forward, losses, derivatives. The optimizer is Swift and owns the
/// parameters. Two runs with the same recipe, data, engine and thread count give the same bits,
/// also if one of them was stopped and resumed any number of times.
///
/// References: Teerapittayanon, McDanel, Kung, *BranchyNet*, ICPR 2016, section III.A, equation 1.
public struct Trainer: ~Copyable {
    /// What is trained.
    public let network: BranchedNetwork
    /// How.
    public let recipe: Recipe
    /// Where the run stands.
    public private(set) var state: TrainingState

    private let batchesPerEpoch: Int
    let engine: any Engine
    let training: TrainingSplit
    let validation: ValidationSplit
    private let source: any TrainingSource
    /// What is not trained, and part of the model.
    let frozen: ParameterStore
    private let classWeights: [Float]
    /// Of the phase in progress.
    private var step: TrainingStep?

    /// How a call of ``fit(checkpointInterval:save:observe:shouldStop:)`` ended.
    public enum Outcome: Hashable, Sendable {
        /// All epochs are done.
        case completed
        /// It was asked to stop; the state was saved.
        case stopped
    }

    /// Prepares a run, from its start or from a state that was saved.
    ///
    /// - Parameters:
    ///   - network: what is trained.
    ///   - recipe: how; its network's name is not looked at.
    ///   - training: what is learnt from.
    ///   - validation: what is looked at after each epoch.
    ///   - engine: computes; it has to have derivatives.
    ///   - state: where to go on, or the parameters to start from.
    /// - Throws: ``TrainingError`` where recipe, data and network do not fit one another,
    ///   `NetworkError` where the network is none, `EngineError` where the engine cannot train it
    ///   or memory does not suffice.
    public init(
        network: BranchedNetwork, recipe: Recipe, training: TrainingSplit,
        validation: ValidationSplit, engine: any Engine, state: TrainingState
    ) throws {
        guard recipe.freeze == .none else {
            throw TrainingError(
                .invalidRecipe,
                "recipe: 'freeze' is \(recipe.freeze.rawValue): a trainer needs the features of the "
                    + "trunk then")
        }
        try self.init(network, recipe, training, validation, engine, state, ParameterStore()) {
            try ImageSource(network, recipe, training, validation)
        }
    }

    /// Prepares a run that trains the branches of a network whose trunk is frozen.
    ///
    /// - Parameters:
    ///   - features: of the same splits, by the same recipe and network.
    ///   - parameters: of the whole network; the trunk's are those of the model.
    ///   - state: of the parameters that are trained alone.
    /// - Throws: as ``init(network:recipe:training:validation:engine:state:)``.
    public init(
        network: BranchedNetwork, recipe: Recipe, training: TrainingSplit,
        validation: ValidationSplit, features: TrunkFeatures, parameters: ParameterStore,
        engine: any Engine, state: TrainingState
    ) throws {
        guard let frozen = try recipe.frozenNetwork(of: network) else {
            throw TrainingError(.invalidRecipe, "recipe: 'freeze' is none, expected trunk")
        }
        try self.init(network, recipe, training, validation, engine, state, parameters) {
            FeatureSource(network, recipe, training, validation, features, frozen)
        }
    }

    private init(
        _ network: BranchedNetwork, _ recipe: Recipe, _ training: TrainingSplit,
        _ validation: ValidationSplit, _ engine: any Engine, _ state: TrainingState,
        _ frozen: ParameterStore, source: () throws -> any TrainingSource
    ) throws {
        try recipe.validate()
        try recipe.check(fits: network)
        try Self.check(training, fits: network)
        try Self.check(validation, fits: network)
        try Self.check(state, of: recipe, fits: network)
        let batchesPerEpoch = try recipe.batchesPerEpoch(of: network, samples: training.count)
        try Self.check(state, isWithin: recipe, batchesPerEpoch)
        let source = try source()
        let classWeights = recipe.data.classWeights.weights(ofClasses: training.classCounts)
        self.step = try TrainingStep(
            network: network, recipe: recipe, phase: recipe.phase(ofEpoch: state.epoch),
            inputNames: source.inputNames, classWeights: classWeights, engine: engine)
        self.classWeights = classWeights
        self.batchesPerEpoch = batchesPerEpoch
        self.source = source
        self.frozen = frozen
        self.network = network
        self.recipe = recipe
        self.training = training
        self.validation = validation
        self.engine = engine
        self.state = state
    }

    /// Compiles the step of the epoch's phase where that is another; that of the phase before lets go of its
    /// memory first.
    private mutating func prepareStep() throws {
        let phase = recipe.phase(ofEpoch: state.epoch)
        guard step?.phase != phase else { return }
        step = nil
        step = try TrainingStep(
            network: network, recipe: recipe, phase: phase, inputNames: source.inputNames,
            classWeights: classWeights, engine: engine)
    }

    /// How many steps the whole run has.
    public var stepCount: Int { recipe.totalEpochs * batchesPerEpoch }

    /// Trains until all epochs are done or `shouldStop` says so.
    ///
    /// - Parameters:
    ///   - checkpointInterval: after how long, besides the end of each epoch, the state is saved.
    ///   - save: keeps the state, so that a later trainer can go on from it.
    ///   - observe: told of every step, epoch and checkpoint.
    ///   - shouldStop: asked after every step.
    /// - Throws: ``TrainingError/Code/diverged`` where the loss is no longer a number, what `save`
    ///   throws, and `EngineError` where the engine fails.
    public mutating func fit(
        checkpointInterval: Duration = .seconds(180),
        save: (TrainingState) throws -> Void = { _ in },
        observe: (TrainingEvent) -> Void = { _ in }, shouldStop: () -> Bool = { false }
    ) throws -> Outcome {
        var lastSave = ContinuousClock.now
        while state.epoch < recipe.totalEpochs {
            try prepareStep()
            let batches = try IndexBatches.shuffled(
                count: training.count, batchSize: recipe.batchSize, seed: recipe.seed,
                epoch: state.epoch)
            var stream = BatchStream(
                batches.prefix(batchesPerEpoch).dropFirst(state.batch)
            ) { [source, epoch = state.epoch] in
                try source.batch($0, epoch: epoch)
            }
            while let batch = try stream.next() {
                try runStep(batch, observe)
                let isLast = state.batch == batchesPerEpoch
                if isLast { try finishEpoch(observe) }
                let stops = shouldStop()
                if isLast || stops || lastSave.duration(to: .now) >= checkpointInterval {
                    try save(state)
                    observe(.checkpoint(step: state.step))
                    lastSave = .now
                }
                if stops && state.epoch < recipe.totalEpochs { return .stopped }
            }
        }
        return .completed
    }

    private mutating func runStep(
        _ batch: TrainingBatch, _ observe: (TrainingEvent) -> Void
    ) throws {
        let rate = recipe.learningRate(
            atStep: state.step, batchesPerEpoch: batchesPerEpoch)
        let start = recipe.phase(ofEpoch: state.epoch).epochs.lowerBound * batchesPerEpoch
        guard
            let (loss, isFinite) = try step?.run(
                batch, number: state.step - start + 1, learningRate: rate, &state)
        else { return }
        // Parameters too: the next loss would tell, but the end of an epoch saves them before it,
        // and a rectifier may hide them for long.
        guard loss.isFinite, isFinite else {
            throw TrainingError(
                .diverged,
                "the loss is \(loss)\(loss.isFinite ? ", but not every parameter is finite" : "") "
                    + "after step \(state.step + 1) (epoch \(state.epoch + 1)); try a smaller "
                    + "optimizer.learningRate than \(recipe.optimizer.learningRate)")
        }
        state.step += 1
        state.batch += 1
        state.lossSum += Double(loss) * Double(batch.count)
        state.sampleCount += batch.count
        observe(
            .step(
                TrainingProgress(
                    epoch: state.epoch + 1, epochCount: recipe.totalEpochs, step: state.step,
                    stepCount: stepCount, loss: state.lossSum / Double(state.sampleCount),
                    samples: batch.count)))
    }

    private mutating func finishEpoch(_ observe: (TrainingEvent) -> Void) throws {
        let record = EpochRecord(
            epoch: state.epoch + 1, trainingLoss: state.lossSum / Double(state.sampleCount),
            validationAccuracy: try source.validationAccuracy(
                of: state.modelParameters, by: engine))
        state.history.append(record)
        state.epoch += 1
        state.batch = 0
        state.lossSum = 0
        state.sampleCount = 0
        if recipe.phases.contains(where: { $0.epochs.lowerBound == state.epoch }) {
            state.beginPhase(of: recipe)
        }
        observe(.epoch(record))
    }
}

public import BranchyCompute

/// Where a training run stands: all that its future depends on besides recipe and data.
///
/// Random draws are functions of seed, epoch and place, so there is no random state to keep.
public struct TrainingState: Hashable, Sendable {
    /// The trained numbers.
    public var parameters: ParameterStore
    /// Their moving average; empty where the recipe asks for none.
    public var average: ParameterStore
    /// What the optimizer remembers.
    public var moments: Moments
    /// The epoch in progress, counted from 0; equal to the recipe's epochs at the end.
    public var epoch = 0
    /// How many batches of it are done.
    public var batch = 0
    /// How many optimizer steps were made in all.
    public var step = 0
    /// Sum of the joint loss over the samples of the epoch in progress.
    public var lossSum = 0.0
    /// How many samples that were.
    public var sampleCount = 0
    /// The epochs that are done.
    public var history: [EpochRecord] = []

    /// The start of a run.
    public init(parameters: ParameterStore, recipe: Recipe) {
        self.parameters = parameters
        self.average = recipe.optimizer.averageDecay > 0 ? parameters : ParameterStore()
        self.moments = Moments(of: parameters, for: Optimizer(recipe.optimizer))
    }
}

extension TrainingState {
    /// Goes on from the model as it stands, as a run of its own would: the optimizer remembers nothing.
    mutating func beginPhase(of recipe: Recipe) {
        let start = TrainingState(parameters: modelParameters, recipe: recipe)
        (parameters, average, moments) = (start.parameters, start.average, start.moments)
    }

    /// What a model made now would hold: the average where there is one.
    public var modelParameters: ParameterStore { average.count > 0 ? average : parameters }

    /// The tensors that a run of a recipe keeps, by the names that files and errors give them.
    static func tensors(
        of recipe: Recipe
    ) -> [(name: String, path: WritableKeyPath<TrainingState, ParameterStore>)] {
        var tensors = [("parameter", \TrainingState.parameters), ("moment1", \.moments.first)]
        if case .adam = Optimizer(recipe.optimizer) {
            tensors.append(("moment2", \.moments.second))
        }
        if recipe.optimizer.averageDecay > 0 { tensors.append(("average", \.average)) }
        return tensors
    }
}

/// What one epoch came to.
public struct EpochRecord: Hashable, Sendable, Codable {
    /// Which epoch, counted from 1.
    public var epoch: Int
    /// Mean over the training samples of the loss of the exits that were trained, while they were
    /// trained on, in nats.
    public var trainingLoss: Double
    /// Accuracy of each exit on all validation images, 0 ... 1.
    public var validationAccuracy: [Double]
}

/// What a run tells those who watch it; nothing they do changes the run.
public enum TrainingEvent: Sendable {
    /// A step was made.
    case step(TrainingProgress)
    /// An epoch is done.
    case epoch(EpochRecord)
    /// The state was given to be saved.
    case checkpoint(step: Int)
}

/// How far a run is.
public struct TrainingProgress: Sendable {
    /// The epoch in progress, counted from 1.
    public let epoch: Int
    /// How many epochs there will be.
    public let epochCount: Int
    /// Steps made in all.
    public let step: Int
    /// Steps that there will be.
    public let stepCount: Int
    /// Mean joint loss of the epoch so far, in nats.
    public let loss: Double
    /// How many samples this step trained on.
    public let samples: Int
}

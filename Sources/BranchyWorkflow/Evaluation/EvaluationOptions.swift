/// The part of the data that is evaluated on.
public enum EvaluationSplit: String, Hashable, Sendable, CaseIterable {
    /// What chose nothing.
    case test
    /// What chose thresholds.
    case calibration
    /// What was watched while training.
    case validation
}

/// How a model is evaluated.
public struct EvaluationOptions: Hashable, Sendable {
    /// Which part of the data.
    public var split = EvaluationSplit.test
    /// The folder of the plain network, trained on its own for as long, to compare with.
    public var baseline: String?
    /// How many of the first images, 0 or more; all by default.
    public var limit: Int?
    /// On how many images times are measured, 0 or more; 0 for no times.
    public var latencyImages = 2_000
    /// Below this probability, 0 ... 1, an answer counts as none in ``EvaluationReport/sureAnswers``;
    /// `nil` to leave that out.
    public var leastProbability: Float?
    /// Where the images are.
    public var data = DataSource()
    /// How much memory may be taken.
    public var memory = MemoryLimit()

    /// Options by default.
    public init() {}
}

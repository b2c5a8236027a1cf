public import BranchyData
public import BranchyNet

/// What a network with exits is worth on labelled data, under an exit policy.
///
/// Three accuracies are told apart: of the policy (each sample answered where it left), *forced*
/// at an exit (every sample answered there) and *exited* at an exit (the samples that left there).
/// All are fractions of samples, 0 ... 1; exits and classes count from 0.
public struct Evaluation: Hashable, Sendable, Codable {
    /// The name of the data set.
    public var dataset: String
    /// Which split of it.
    public var split: String
    /// SHA-256 of the split's images and labels.
    public var dataChecksum: String
    /// Where samples left and how many answers were right, with accuracies, rates and intervals.
    public private(set) var counts: ExitCounts
    /// The same of the samples of each class.
    public private(set) var classes: [ExitCounts]
    /// Which classes were taken for which, each sample answered where it left.
    public private(set) var confusion: ConfusionMatrix
    /// How often going on, or leaving early, made a right answer wrong.
    public private(set) var overthinking: Overthinking
    /// Whether the answers were right as often as they said, each sample answered where it left.
    public private(set) var reliability: ReliabilityDiagram
    /// The same at each exit, had every sample been answered there.
    public private(set) var forcedReliability: [ReliabilityDiagram]
    /// Of how many samples each exit's logits were NaN or infinite. Where it is not 0 everywhere,
    /// the model is broken and no other figure says anything.
    public private(set) var notFinite: [Int]
    /// Multiply-accumulates per sample, a mean over the samples, every branch visited included;
    /// `nil` where there were no samples.
    public let multiplyAccumulates: Double?

    /// How many samples were evaluated.
    public var samples: Int { counts.samples }
    /// Whether every exit gave finite logits for every sample.
    public var isFinite: Bool { notFinite.allSatisfy { $0 == 0 } }
    /// As ``ExitCounts/accuracy``.
    public var accuracy: Double? { counts.accuracy }
    /// As ``ExitCounts/exitRates``.
    public var exitRates: [Double] { counts.exitRates }
    /// As ``ExitCounts/exitedAccuracy``.
    public var exitedAccuracy: [Double?] { counts.exitedAccuracy }
    /// As ``ExitCounts/forcedAccuracy``.
    public var forcedAccuracy: [Double?] { counts.forcedAccuracy }

    /// Counts what a predictor answered.
    public init<Split: DataSplit>(_ recorded: RecordedAnswers<Split>) {
        let (record, answers) = (recorded.record, recorded.answers)
        dataset = record.dataset
        split = Split.splitName
        dataChecksum = record.dataChecksum
        let none = ExitCounts(exitCount: record.exitCount)
        var (counts, classes) = (none, Array(repeating: none, count: record.classCount))
        confusion = ConfusionMatrix(classCount: record.classCount)
        overthinking = Overthinking(exitCount: record.exitCount)
        reliability = ReliabilityDiagram()
        forcedReliability = Array(repeating: reliability, count: record.exitCount)
        notFinite = Array(repeating: 0, count: record.exitCount)
        for (sample, (answer, label)) in zip(answers, record.labels).enumerated() {
            let exits = record[sample]
            counts.record(answer, among: exits, label: label)
            classes[label].record(answer, among: exits, label: label)
            confusion.record(answer.predictedClass, label: label)
            overthinking.record(answer, among: exits, label: label)
            reliability.record(answer, label: label)
            for exit in exits {
                forcedReliability[exit.exit].record(exit, label: label)
                if !exit.isFinite { notFinite[exit.exit] += 1 }
            }
        }
        (self.counts, self.classes) = (counts, classes)
        multiplyAccumulates = counts.meanCost(recorded.costs.multiplyAccumulates.map(Double.init))
    }
}

// MARK: - In one step

extension Evaluation {
    /// Runs a predictor on every image of a split; see ``RecordedAnswers``.
    public init(
        of predictor: Predictor, on split: some DataSplit, preprocessing: Preprocessing,
        limit: Int = .max, observe: (_ done: Int, _ count: Int) throws -> Void = { _, _ in }
    ) throws {
        self.init(
            try RecordedAnswers.record(
                predictor, on: split, preprocessing: preprocessing, limit: limit,
                observe: observe))
    }

    /// Replays a policy from what the exits said before; see ``RecordedAnswers``.
    public init(
        replaying policy: any ExitPolicy, from record: ExitRecord<some DataSplit>,
        of network: BranchedNetwork, timeToExit: [Duration]? = nil
    ) throws(NetworkError) {
        self.init(
            try RecordedAnswers(
                replaying: policy, from: record, of: network, timeToExit: timeToExit))
    }

    /// Where samples left beside their going on to the final exit; `nil` where there is no early
    /// exit or no sample.
    public var besideFinalExit: PairedComparison? {
        guard counts.exited.count > 1, samples > 0 else { return nil }
        return PairedComparison(
            samples: samples, onlyFirst: overthinking.avoided, onlySecond: overthinking.harmed)
    }
}

public import BranchyData
public import BranchyNet

/// What every exit said about every image of a split, recorded once by the executable that will
/// predict; any policy can then be replayed without running the network again.
///
/// The split is part of the type: a function that chooses thresholds takes the record of a
/// `CalibrationSplit`, and the record of a `TestSplit` does not fit it.
public struct ExitRecord<Split: DataSplit>: Sendable {
    /// The network's exits, the final one included.
    public let exitCount: Int
    /// How many classes there are.
    public let classCount: Int
    /// The class of each sample.
    public let labels: [Int]
    /// The name of the data set.
    public let dataset: String
    /// SHA-256 of the split's images and labels.
    public let dataChecksum: String
    /// What was observed, `[samples, exits]` row-major.
    private let observations: [ExitObservation]
    /// The logits that it was observed in, `[samples, exits, classes]` row-major; empty where they
    /// were not kept.
    let logits: [Float]
    /// What the exits answered together by; `nil` where each was observed alone.
    package let ensemble: ExitEnsemble?

    /// How many samples there are.
    public var count: Int { labels.count }

    /// Runs every image of a split through every exit.
    ///
    /// - Parameters:
    ///   - predictor: its executable is the one that will predict; its policy is not asked, and says
    ///     no more than whether exits answer together.
    ///   - split: the labelled images.
    ///   - preprocessing: prepares them as the network was trained.
    ///   - limit: how many images at most, from the first on.
    ///   - keepsLogits: whether logits are kept, by which something is to be fitted: four bytes for
    ///     each class of each exit of each image.
    ///   - observe: told after each image how many are done, of how many.
    /// - Throws: `NetworkError` or `DatasetError` where the images do not fit the network,
    ///   `EngineError` where the engine fails.
    public static func record(
        _ predictor: Predictor, on split: Split, preprocessing: Preprocessing,
        limit: Int = .max, keepsLogits: Bool = false,
        observe: (_ done: Int, _ count: Int) throws -> Void = { _, _ in }
    ) throws -> ExitRecord {
        var images = try PreparedImages(split, preprocessing: preprocessing, for: predictor.network)
        var session = try predictor.makeSession()
        var (observations, kept): ([ExitObservation], [Float]) = ([], [])
        let count = min(split.count, max(0, limit))
        observations.reserveCapacity(count * predictor.network.exitCount)
        for index in 0..<count {
            try images.withImage(at: index) { image in
                try session.forEachExit(of: image) { observation, logits in
                    observations.append(observation)
                    if keepsLogits { for index in logits.indices { kept.append(logits[index]) } }
                }
            }
            try observe(index + 1, count)
        }
        return ExitRecord(
            flat: observations, logits: kept, ensemble: predictor.policy.ensemble,
            labels: (0..<count).map(split.label(at:)), exitCount: predictor.network.exitCount,
            classCount: predictor.network.classCount, dataset: split.name,
            dataChecksum: split.checksum)
    }

    /// Observes logits that were computed before, by sample and exit.
    ///
    /// - Precondition: there is a label per sample, and logits of each exit.
    package init(
        logits: [[[Float]]], temperatures: ExitTemperatures? = nil, labels: [Int], dataset: String,
        dataChecksum: String
    ) {
        let exitCount = logits.first?.count ?? 1
        precondition(
            logits.count == labels.count && logits.allSatisfy { $0.count == exitCount },
            "a label and all exits of each sample")
        self.init(
            flat: logits.flatMap { exits in
                exits.enumerated().map {
                    ExitObservation(
                        logits: $1.span, exit: $0, temperature: temperatures?[$0] ?? 1)
                }
            }, logits: logits.flatMap { $0.flatMap(\.self) }, labels: labels,
            exitCount: exitCount, classCount: logits.first?.first?.count ?? 2, dataset: dataset,
            dataChecksum: dataChecksum)
    }

    /// Collects what was observed before, by sample and exit.
    ///
    /// - Precondition: there is a label per sample, and an observation of each exit, in order.
    package init(
        observations: [[ExitObservation]], labels: [Int], exitCount: Int, classCount: Int,
        dataset: String, dataChecksum: String
    ) {
        precondition(
            observations.count == labels.count
                && observations.allSatisfy { $0.map(\.exit) == Array(0..<exitCount) },
            "a label and all exits of each sample")
        self.init(
            flat: observations.flatMap(\.self), labels: labels, exitCount: exitCount,
            classCount: classCount, dataset: dataset, dataChecksum: dataChecksum)
    }

    init(
        flat observations: [ExitObservation], logits: [Float] = [], ensemble: ExitEnsemble? = nil,
        labels: [Int], exitCount: Int, classCount: Int, dataset: String, dataChecksum: String
    ) {
        self.observations = observations
        (self.logits, self.ensemble) = (logits, ensemble)
        self.exitCount = exitCount
        self.classCount = classCount
        self.labels = labels
        self.dataset = dataset
        self.dataChecksum = dataChecksum
    }

    /// What the exits said about one sample, from exit 0 on.
    public subscript(sample: Int) -> ArraySlice<ExitObservation> {
        observations[sample * exitCount..<(sample + 1) * exitCount]
    }

    /// What one exit said about one sample.
    subscript(sample: Int, exit: Int) -> ExitObservation {
        observations[sample * exitCount + exit]
    }

    /// By exit and sample, whether the exit is right.
    package var isCorrect: [[Bool]] {
        (0..<exitCount).map { exit in
            labels.indices.map { self[$0, exit].predictedClass == labels[$0] }
        }
    }

    /// Where a policy lets one sample leave, exactly as a predictor decides it.
    ///
    /// - Parameters:
    ///   - timeToExit: when each exit has answered, for policies that look at the time; without it
    ///     no time passes.
    /// - Precondition: the policy fits the network, exits were observed as it observes them (alone, or
    ///   by its ensemble), and there is one time per exit, if any.
    public func replay(
        _ policy: any ExitPolicy, sample: Int, timeToExit: [Duration]? = nil
    ) -> ExitObservation {
        precondition(policy.ensemble == ensemble, "exits that were observed as the policy does")
        let exits = self[sample]
        let start = exits.startIndex
        let first = policy.firstExit
        for exit in first..<exitCount - 1 {
            let earlier = exits.span.extracting(first..<exit)
            let elapsed = timeToExit?[exit] ?? .zero
            if policy.accepts(exits[start + exit], after: earlier, elapsed: elapsed) {
                return exits[start + exit]
            }
        }
        return exits[start + exitCount - 1]
    }

    /// Where a policy lets the samples leave, counted.
    ///
    /// - Parameter timeToExit: as for one sample.
    public func replay(
        _ policy: any ExitPolicy, timeToExit: [Duration]? = nil
    ) -> ExitCounts {
        var counts = ExitCounts(exitCount: exitCount)
        for sample in labels.indices {
            let left = replay(policy, sample: sample, timeToExit: timeToExit)
            counts.record(left, among: self[sample], label: labels[sample])
        }
        return counts
    }
}

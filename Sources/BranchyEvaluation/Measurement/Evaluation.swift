public import BranchyData
public import BranchyNet

/// What a network with exits is worth on labelled data, under an exit policy.
///
/// Three accuracies are told apart: of the policy (each sample answered where it left), *forced*
/// at an exit (every sample answered there) and *exited* at an exit (the samples that left there).
/// All are fractions of samples, 0 ... 1; exits count from 0.
public struct Evaluation: Hashable, Sendable, Codable {
    /// The name of the data set.
    public var dataset: String
    /// Which split of it.
    public var split: String
    /// SHA-256 of the split's images and labels.
    public var dataChecksum: String
    /// How many samples were evaluated.
    public var samples: Int
    /// Right answers among all samples, each answered where the policy let it leave; `nil` where
    /// there were no samples.
    public var accuracy: Double?
    /// Share of the samples that left at each exit; they add up to 1, or are all 0 where there were
    /// no samples.
    public var exitRates: [Double]
    /// Accuracy at each exit on the samples that left there; `nil` where nobody left.
    public var exitedAccuracy: [Double?]
    /// Accuracy at each exit on all samples; `nil` where there were no samples.
    public var forcedAccuracy: [Double?]
    /// Multiply-accumulates per sample, a mean over the samples, every branch visited included.
    public var multiplyAccumulates: Double?

    /// Runs a predictor on every image of a split.
    ///
    /// Where samples leave is observed by predicting, with the later stages not run; the forced
    /// accuracies come from a second run through all exits.
    ///
    /// - Parameters:
    ///   - predictor: answers; its policy decides where samples leave.
    ///   - split: the labelled images.
    ///   - preprocessing: prepares them as the network was trained.
    ///   - limit: how many images at most, from the first on.
    ///   - observe: told after each image how many are done, of how many.
    /// - Throws: `NetworkError` or `DatasetError` where the images do not fit the network,
    ///   `EngineError` where the engine fails.
    public init<Split: DataSplit>(
        of predictor: Predictor, on split: Split, preprocessing: Preprocessing,
        limit: Int = .max, observe: (_ done: Int, _ count: Int) throws -> Void = { _, _ in }
    ) throws {
        let images = try PreparedImages(split, preprocessing: preprocessing, for: predictor)
        var counts = ExitCounts(exitCount: predictor.network.exitCount)
        var session = try predictor.makeSession()
        let count = min(split.count, max(0, limit))
        for index in 0..<count {
            let label = split.label(at: index)
            try images.withImage(at: index) { image in
                counts.record(try session.predict(image).observation, label: label)
                try session.forEachExit(of: image) { exit, logits in
                    let observation = ExitObservation(logits: logits, exit: exit)
                    counts.recordForced(observation, label: label)
                }
            }
            try observe(index + 1, count)
        }
        let costs = try ExitCosts(of: predictor.network, firstExit: predictor.policy.firstExit)
        self.init(counts, on: split, costs: costs)
    }

    private init<Split: DataSplit>(_ counts: ExitCounts, on split: Split, costs: ExitCosts) {
        dataset = split.name
        self.split = Split.splitName
        dataChecksum = split.checksum
        samples = counts.samples
        accuracy = counts.accuracy
        exitRates = counts.exitRates
        exitedAccuracy = counts.exitedAccuracy
        forcedAccuracy = counts.forcedAccuracy
        multiplyAccumulates = counts.meanCost(costs.multiplyAccumulates.map(Double.init))
    }
}

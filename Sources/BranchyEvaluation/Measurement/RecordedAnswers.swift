public import BranchyData
public import BranchyNet

/// What a predictor answered to the images of a split, and what every exit said about them.
public struct RecordedAnswers<Split: DataSplit>: Sendable {
    let record: ExitRecord<Split>
    /// By sample, from the exit where it left.
    let answers: [ExitObservation]
    let costs: ExitCosts

    /// Runs a predictor on every image of a split.
    ///
    /// Where samples leave is observed by predicting, with the later stages not run; what every
    /// exit says comes from a second run through all of them.
    ///
    /// - Parameters:
    ///   - predictor: answers; its policy decides where samples leave.
    ///   - split: the labelled images.
    ///   - preprocessing: prepares them as the network was trained.
    ///   - limit: how many images at most, from the first on.
    ///   - observe: told after each image how many are done, of how many.
    /// - Throws: `NetworkError` or `DatasetError` where the images do not fit the network,
    ///   `EngineError` where the engine fails.
    public static func record(
        _ predictor: Predictor, on split: Split, preprocessing: Preprocessing,
        limit: Int = .max, observe: (_ done: Int, _ count: Int) throws -> Void = { _, _ in }
    ) throws -> RecordedAnswers {
        var images = try PreparedImages(split, preprocessing: preprocessing, for: predictor.network)
        let network = predictor.network
        var session = try predictor.makeSession()
        let count = min(split.count, max(0, limit))
        var (answers, observations): ([ExitObservation], [ExitObservation]) = ([], [])
        for index in 0..<count {
            try images.withImage(at: index) { image in
                answers.append(try session.predict(image))
                try session.forEachExit(of: image) { observation, _ in
                    observations.append(observation)
                }
            }
            try observe(index + 1, count)
        }
        let record = ExitRecord<Split>(
            flat: observations, ensemble: predictor.policy.ensemble,
            labels: (0..<count).map(split.label(at:)), exitCount: network.exitCount,
            classCount: network.classCount, dataset: split.name, dataChecksum: split.checksum)
        return RecordedAnswers(
            record: record, answers: answers,
            costs: try ExitCosts(of: network, firstExit: predictor.policy.firstExit))
    }

    private init(record: ExitRecord<Split>, answers: [ExitObservation], costs: ExitCosts) {
        (self.record, self.answers, self.costs) = (record, answers, costs)
    }

    /// Replays a policy from what the exits said before: what the first way finds, without running
    /// the network.
    ///
    /// - Parameters:
    ///   - policy: decides where samples leave.
    ///   - record: what every exit said about every image.
    ///   - network: whose record it is.
    ///   - timeToExit: when each exit has answered, for policies that look at the time; without it
    ///     no time passes.
    /// - Throws: `NetworkError` where the network is none.
    /// - Precondition: policy and record fit the network, and there is one time per exit, if any.
    public init(
        replaying policy: any ExitPolicy, from record: ExitRecord<Split>,
        of network: BranchedNetwork, timeToExit: [Duration]? = nil
    ) throws(NetworkError) {
        self.record = record
        answers = record.labels.indices.map {
            record.replay(policy, sample: $0, timeToExit: timeToExit)
        }
        costs = try ExitCosts(of: network, firstExit: policy.firstExit)
    }

    /// By sample, in the order of the split, whether the answer is right.
    public var isRight: [Bool] {
        zip(answers, record.labels).map { $0.predictedClass == $1 }
    }
}

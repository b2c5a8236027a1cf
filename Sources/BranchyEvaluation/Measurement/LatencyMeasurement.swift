public import BranchyData
public import BranchyNet

/// How long predictors take from the prepared image to the answer, measured side by side.
///
/// The clock runs over one call of `Session.predict`: every stage visited, its branch, the score
/// and the decision included. Preparing the image (bytes to floats) is not part of it and is timed by
/// itself. All
/// subjects take turns on each image, in an order that is drawn anew each round, so that a busy
/// moment of the machine meets them alike. Of an image's rounds the median counts, so that a moment
/// in which the machine did something else does not.
public struct LatencyMeasurement: Hashable, Sendable {
    /// The median time of each image, in seconds: `[subjects][images]`.
    public let seconds: [[Double]]

    /// The median time of preparing each image (bytes to floats), in seconds.
    public let preparationSeconds: [Double]

    /// Measures.
    ///
    /// - Parameters:
    ///   - subjects: what takes turns; all answer the same images.
    ///   - split: where the images come from.
    ///   - preprocessing: prepares them.
    ///   - imageCount: how many images, from the first on.
    ///   - rounds: how often each image is answered by each subject, at least 1.
    ///   - clock: monotonic; tests hand in one that the engine advances.
    ///   - observe: told after each image how many are done, of how many.
    /// - Throws: `NetworkError`, `DatasetError` or `EngineError` where images, networks and engine
    ///   do not fit.
    public static func measure<Split: DataSplit, MeasuringClock: Clock<Duration>>(
        _ subjects: [Predictor], on split: Split, preprocessing: Preprocessing, imageCount: Int,
        rounds: Int = 5, clock: MeasuringClock = ContinuousClock(),
        observe: (_ done: Int, _ count: Int) throws -> Void = { _, _ in }
    ) throws -> LatencyMeasurement {
        var sessions: [SessionBox] = []
        for subject in subjects { sessions.append(SessionBox(try subject.makeSession())) }
        let count = min(imageCount, split.count)
        var seconds = [[Double]](repeating: [], count: subjects.count)
        var preparation: [Double] = []
        guard let first = subjects.first else {
            return LatencyMeasurement(seconds: [], preparationSeconds: [])
        }
        var images = try PreparedImages(split, preprocessing: preprocessing, for: first.network)
        // Drawn anew each round, so that no subject always finds the caches of the same neighbour.
        var turns = SplitMix64(seed: 0, stream: RandomPurpose.turns.rawValue)
        for index in 0..<count {
            var times = [[Double]](repeating: [], count: subjects.count)
            var preparationTimes: [Double] = []
            for round in 0..<max(rounds, 1) {
                let start = clock.now
                try images.withImage(at: index) { image in
                    preparationTimes.append(start.duration(to: clock.now).inSeconds)
                    // The first image warms up every subject before any time counts.
                    if index == 0 && round == 0 {
                        for session in sessions {
                            for _ in 0..<Self.warmUpCount { _ = try session.predict(image) }
                        }
                    }
                    for subject in turns.permutation(of: subjects.count) {
                        let start = clock.now
                        _ = try sessions[subject].predict(image)
                        times[subject].append(start.duration(to: clock.now).inSeconds)
                    }
                }
            }
            for subject in subjects.indices { seconds[subject].append(times[subject].median) }
            preparation.append(preparationTimes.median)
            try observe(index + 1, count)
        }
        return LatencyMeasurement(seconds: seconds, preparationSeconds: preparation)
    }

    private static let warmUpCount = 100
}

extension Duration {
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}

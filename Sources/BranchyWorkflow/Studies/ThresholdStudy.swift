public import BranchyCompute
import BranchyData
import BranchyEvaluation
public import BranchyNet
import Foundation

/// What each threshold does, one early exit open at a time.
///
/// References: Teerapittayanon, McDanel, Kung, *BranchyNet*, ICPR 2016, figure 4.
public struct ThresholdStudy: Sendable, Encodable {
    /// One threshold of one exit.
    public struct Row: Hashable, Sendable {
        /// The exit that is open, counted from 0.
        public let exit: Int
        /// Of the score that was studied.
        public let threshold: Float
        /// Share of the images that leave there.
        public let exitRate: Double
        /// Right answers among these; `nil` where nobody leaves there.
        public let exitedAccuracy: Double?
        /// Right answers among all images, the others answered at the last exit.
        public let accuracy: Double
        /// Mean per image, every branch on the way included.
        public let multiplyAccumulates: Double
    }

    /// The network's name.
    public let network: String
    /// What the images are called.
    public let dataset: String
    /// How many images there are.
    public let samples: Int
    /// What thresholds are compared with.
    public let score: ExitScore.Kind
    /// What computed.
    public let engine: String
    /// The element type of its computation.
    public let precision: String
    /// One for each threshold of each early exit.
    public let rows: [Row]

    /// Replays thresholds on a record.
    ///
    /// - Throws: `CalibrationError` where there is no early exit or no image.
    init(
        _ record: ExitRecord<CalibrationSplit>, _ network: BranchedNetwork, score: ExitScore,
        engine: String, precision: String
    ) throws {
        guard network.exitCount > 1 else {
            throw CalibrationError(
                .noChoice, "the network has one exit only: there is no threshold to study")
        }
        guard record.count > 0 else {
            throw CalibrationError(
                .tooFewSamples, "there are no calibration images of \(record.dataset)")
        }
        let costs = try ExitCosts(of: network).multiplyAccumulates.map(Double.init)
        let thresholds = Self.thresholds(of: score, classCount: network.classCount)
        self.network = network.name
        (dataset, samples) = (record.dataset, record.count)
        (self.score, self.engine, self.precision) = (score.kind, engine, precision)
        rows = (0..<network.exitCount - 1).flatMap { exit in
            thresholds.map { threshold in
                var vector = [Float](
                    repeating: score.strictestThreshold, count: network.exitCount - 1)
                vector[exit] = threshold
                let counts = record.replay(ThresholdPolicy(score: score, thresholds: vector))
                return Row(
                    exit: exit, threshold: threshold, exitRate: counts.exitRates[exit],
                    exitedAccuracy: counts.exitedAccuracy[exit], accuracy: counts.accuracy ?? 0,
                    multiplyAccumulates: counts.meanCost(costs) ?? 0)
            }
        }
    }

    /// From the one that lets nobody leave to the one that lets everybody: 1, 2, 5 times powers of
    /// ten from what a sure answer scores, beginning with the smallest threshold of the paper.
    private static func thresholds(of score: ExitScore, classCount: Int) -> [Float] {
        let largest = score == .entropy ? log(Double(classCount)) : 1
        let distances = (-4...0).flatMap { power in
            [1, 2, 5].map { $0 * pow(10, Double(power)) }
        }.filter { $0 < largest }
        return score.acceptsAbove
            ? [.infinity] + distances.map { Float(1 - $0) } + [0]
            : [0] + distances.map { Float($0) } + [.infinity]
    }
}

// MARK: - For machines

extension ThresholdStudy.Row: Encodable {
    private enum Key: CodingKey {
        case exit, threshold, exitRate, exitedAccuracy, accuracy, multiplyAccumulates
    }

    /// Where nobody leaves there is a null, so that every key is always there.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(exit, forKey: .exit)
        try container.encode(threshold, forKey: .threshold)
        try container.encode(exitRate, forKey: .exitRate)
        try container.encode(exitedAccuracy, forKey: .exitedAccuracy)
        try container.encode(accuracy, forKey: .accuracy)
        try container.encode(multiplyAccumulates, forKey: .multiplyAccumulates)
    }
}

extension ModelFolder {
    /// Replays thresholds on the calibration images; nothing is trained, and the model stays as it
    /// is.
    ///
    /// - Parameters:
    ///   - score: what thresholds are compared with; one that is fitted is the model's own.
    ///   - limit: only so many of the first images.
    /// - Throws: `CalibrationError` where there is no early exit or no image, `PolicyError` where the
    ///   score has to be fitted and the model keeps none, `ModelError`,
    ///   `DatasetError`, `NetworkError`; ``Interrupted``.
    public func studyThresholds(
        of score: ExitScore.Kind = .entropy, limit: Int = .max, on data: DataSource = DataSource(),
        memory: MemoryLimit = MemoryLimit(), engine: any Engine,
        observer: WorkflowObserver = WorkflowObserver()
    ) throws -> ThresholdStudy {
        let trained = try load(within: memory)
        let images = try DataFolder(data, run: path, within: memory)
            .splits(of: trained, in: path, observer).calibration
        let score = try trained.score(score)
        let predictor = try Predictor(trained, policy: FixedExitPolicy(exit: 0), engine: engine)
        let record = try predictor.record(
            images, trained, limit: limit, keepsLogits: [score].needLogits, "recording", observer)
        return try ThresholdStudy(
            record.seen(by: score), trained.network, score: score, engine: engine.name,
            precision: engine.arithmetic.precision)
    }
}

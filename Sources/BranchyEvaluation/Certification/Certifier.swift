public import BranchyData
public import BranchyNet

/// Proves what thresholds guarantee, on calibration data of which one half chose nothing.
///
/// A seed cuts the data into *tuning* and *proof*. Tuning gives a chain of threshold vectors: all
/// samples to the last exit, a few steps from there to the cheapest that lost nothing, then those
/// that no other vector beats in both loss and cost, by rising loss. Proof tests them in this order
/// and stops at the first that fails; the last that passed is certified. As the order is fixed
/// before proof is looked at, all these tests together err no more often than one.
///
/// The chain of the accuracy gap is that of harm, and so is the score that ``best(of:for:atOnce:)``
/// takes. As its test (``PairedTest``) proves whatever the test of harm does, no smaller share of
/// the samples leaves early than for the same guarantee of harm.
///
/// References: Angelopoulos, Bates, Candès, Jordan, Lei, *Learn then Test*, 2021, section 3.2
/// (fixed sequence testing); Laufer-Goldshlager et al., *Efficiently Controlling Multiple Risks
/// with Pareto Testing*, ICLR 2023; Jazbec et al., *Fast yet Safe: Early-Exiting with Risk Control*,
/// NeurIPS 2024.
public struct Certifier: Sendable {
    /// A link of the chain.
    public struct Candidate: Hashable, Sendable {
        /// The thresholds, and what they did on the tuning data.
        public let point: OperatingPoint
        /// What they lost on the proof data.
        public let proof: LossCounts
    }

    /// How a chain is made and what proves its links; a certificate names it by its version.
    public enum Procedure: Hashable, Sendable {
        /// No steps to the front, which is that of the loss itself; betting proves the gap.
        case front
        /// As described above.
        case steps
    }

    /// In how many steps the cheapest vector without loss is approached.
    private static let stepCount: Int32 = 8

    /// The fewest samples, of which half tune.
    public static let minimumSampleCount = 2 * ThresholdCalibrator.minimumSampleCount

    /// What is lost.
    public let loss: GuaranteedLoss
    /// What thresholds are compared with.
    public let score: ExitScore
    /// In the order of testing.
    public let chain: [Candidate]
    private let procedure: Procedure
    private let tuning: ExitRecord<CalibrationSplit>

    /// How many samples tuned.
    public var tuningCount: Int { tuning.count }

    /// Cuts the data, finds the chain, and counts what each link of it loses.
    ///
    /// - Parameters:
    ///   - record: what the exits said about the calibration images.
    ///   - loss: what is to be bounded.
    ///   - score: what thresholds are compared with.
    ///   - costOfExit: the cost of leaving at each exit.
    ///   - seed: decides which samples tune.
    ///   - procedure: the one of today, or that of an older certificate.
    /// - Throws: ``CalibrationError`` where there are too few samples, no early exit, or logits
    ///   that are no numbers.
    /// - Precondition: there is one cost per exit.
    public init(
        record: ExitRecord<CalibrationSplit>, loss: GuaranteedLoss, score: ExitScore = .entropy,
        costOfExit: [Double], seed: UInt64, procedure: Procedure = .steps
    ) throws(CalibrationError) {
        precondition(costOfExit.count == record.exitCount, "one cost per exit")
        try Self.check(record)
        let (tuning, proof) = record.seen(by: score).halves(seed: seed)
        let scorer = PointScorer(record: tuning, score: score, costOfExit: costOfExit)
        let ordering = procedure == .front ? loss : loss.ordering
        let solver = ThresholdSolver(isGood: tuning.isLossless(ordering), costOfExit: costOfExit) {
            ThresholdGrid(tuning, score: score, limit: $0)
        }
        let front = Array(solver.best.front.reversed())
        let points = Self.vectors(to: front, by: procedure).map {
            scorer.point($0, on: solver.grid)
        }
        chain = points.map { point in
            let policy = ThresholdPolicy(score: score, thresholds: point.thresholds)
            return Candidate(point: point, proof: proof.losses(loss, under: policy))
        }
        (self.loss, self.score, self.tuning) = (loss, score, tuning)
        self.procedure = procedure
    }

    /// All samples to the last exit, the steps from there to the first of a front, and the front.
    ///
    /// Candidates of an exit are numbered from the most cautious on and lie between neighbouring
    /// scores, so that a part of a number lets about that part of the samples leave.
    private static func vectors(to front: [[Int32]], by procedure: Procedure) -> [[Int32]] {
        let cautious = front[0].map { _ in Int32(0) }
        guard procedure == .steps else { return [cautious] + front }
        let steps = (0..<stepCount).map { step in
            front[0].map { Int32(Int64($0) * Int64(step) / Int64(stepCount)) }
        }
        return (steps + front).reduce(into: []) { vectors, vector in
            if vectors.last != vector { vectors.append(vector) }
        }
    }

    private static func check(
        _ record: ExitRecord<CalibrationSplit>
    ) throws(CalibrationError) {
        guard record.exitCount > 1 else {
            throw CalibrationError(
                .noChoice, "the network has one exit only: there is nothing to certify")
        }
        guard record.count >= minimumSampleCount else {
            throw CalibrationError(
                .tooFewSamples,
                "\(record.count) calibration samples of \(record.dataset), expected at least "
                    + "\(minimumSampleCount): half of them tune, half prove")
        }
        try record.checkFinite()
    }
}

// MARK: - Testing

extension Certifier {
    /// The last link that passes, and its place in the chain.
    ///
    /// - Parameters:
    ///   - maximumLoss: the guarantee; see ``Guarantee``.
    ///   - confidence: how sure it is.
    ///   - atOnce: how many guarantees are asked for on these proof data at once, this one included;
    ///     each is then tested at `(1 - confidence) / atOnce`, so that all of them together hold
    ///     with the confidence (Bonferroni).
    /// - Throws: ``CalibrationError/Code/tooFewSamples`` where not even "all to the last exit",
    ///   which loses nothing, can be proven.
    public func certify(
        maximumLoss: Double, confidence: Double, atOnce: Int = 1
    ) throws(CalibrationError) -> Candidate {
        let guarantee = Guarantee(loss: loss, maximumLoss: maximumLoss, confidence: confidence)
        let level = guarantee.level(atOnce: atOnce)
        let test = GuaranteeTest(
            of: guarantee, samples: chain[0].proof.samples, level: level, procedure: procedure)
        guard let last = last(provenBy: test) else { throw tooFew(for: guarantee, level: level) }
        return last
    }

    /// The last link up to which all pass a test; `nil` where the first does not.
    package func last(provenBy test: GuaranteeTest) -> Candidate? {
        chain.prefix { test.isProven(by: $0.proof) }.last
    }

    private func tooFew(for guarantee: Guarantee, level: Double) -> CalibrationError {
        let count = chain[0].proof.samples
        let least = BinomialTest.upperBound(0, of: count, level: level)
        let needed = Self.samplesNeeded(for: guarantee, level: level).map {
            "it takes \($0) proof samples without any loss, and as many to tune"
        }
        return CalibrationError(
            .tooFewSamples,
            "\(count) proof samples of \(tuning.dataset) cannot prove at most "
                + "\(guarantee.maximumLoss * 100) % \(loss.rawValue) with \(guarantee.confidence * 100) "
                + "% confidence: " + (needed ?? "no number of samples can")
                + "; without any loss, \(count) prove at most "
                + "\((least * 100_000).rounded(.up) / 1_000) %")
    }

    /// How many samples without any loss prove a guarantee; `nil` where more than four thousand
    /// million do not.
    package static func samplesNeeded(for guarantee: Guarantee, level: Double) -> Int? {
        var (low, high) = (0, 1 << 32)
        // Without any loss the other tests are the binomial one.
        let proves = {
            BinomialTest.probability(ofAtMost: 0, of: $0, rate: guarantee.maximumLoss) <= level
        }
        guard proves(high) else { return nil }
        while high - low > 1 {
            let middle = (low + high) / 2
            if proves(middle) { high = middle } else { low = middle }
        }
        return high
    }
}

// MARK: - Scores

extension Certifier {
    /// Of certifiers with other scores on the same data, the one whose thresholds would cost least
    /// if the tuning data were the proof; the first of equals.
    ///
    /// Proof data have no part in it, so that what is then certified errs no more often than if its
    /// score had been fixed before.
    ///
    /// - Parameter atOnce: as in ``certify(maximumLoss:confidence:atOnce:)``.
    /// - Precondition: there is one, and all are of the guarantee's loss.
    public static func best(
        of certifiers: [Certifier], for guarantee: Guarantee, atOnce: Int = 1
    ) -> Certifier {
        precondition(!certifiers.isEmpty, "something to choose from")
        let level = guarantee.level(atOnce: atOnce)
        let costs = certifiers.map { $0.costIfTuningProved(guarantee, level: level) }
        let best = costs.indices.min { (costs[$0], $0) < (costs[$1], $1) } ?? 0
        return certifiers[best]
    }

    private func costIfTuningProved(_ guarantee: Guarantee, level: Double) -> Double {
        var guarantee = guarantee
        guarantee.loss = procedure == .front ? loss : loss.ordering
        let test = GuaranteeTest(
            of: guarantee, samples: tuning.count, level: level, procedure: procedure)
        let last = chain.prefix { link in
            let policy = ThresholdPolicy(score: score, thresholds: link.point.thresholds)
            return test.isProven(by: tuning.losses(guarantee.loss, under: policy))
        }.last
        return last?.point.cost ?? .infinity
    }
}

extension ExitRecord {
    /// Some of the samples, in the order of the indices, which may repeat.
    package func samples(_ indices: some Collection<Int>) -> ExitRecord {
        ExitRecord(
            flat: indices.flatMap { self[$0] }, logits: logits(ofSamples: indices),
            ensemble: ensemble, labels: indices.map { labels[$0] }, exitCount: exitCount,
            classCount: classCount,
            dataset: dataset, dataChecksum: dataChecksum)
    }

    /// Two halves in random order; of an odd number the second has one more.
    package func halves(seed: UInt64) -> (tuning: ExitRecord, proof: ExitRecord) {
        var generator = SplitMix64(seed: seed, stream: RandomPurpose.proof.rawValue)
        let order = generator.permutation(of: count)
        return (samples(order[..<(count / 2)]), samples(order[(count / 2)...]))
    }

    /// By exit and sample, whether leaving there loses nothing; for the gap, whether it is right,
    /// since the last exit's answers do not depend on thresholds.
    func isLossless(_ loss: GuaranteedLoss) -> [[Bool]] {
        guard loss != .accuracyGap else { return isCorrect }
        return (0..<exitCount).map { exit in
            labels.indices.map { sample in
                loss.value(
                    of: self[sample, exit], final: self[sample, exitCount - 1],
                    label: labels[sample]) == 0
            }
        }
    }
}

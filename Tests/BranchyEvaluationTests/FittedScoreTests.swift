import BranchyData
import BranchyEvaluation
import BranchyNet
import Foundation
import TestSupport
import Testing

/// Scores that are fitted to made-up validation images, and what is chosen by them.
struct FittedScoreTests {
    /// Three exits of independent noise around the same truth, later ones with less: what exits say
    /// together is better than what the last of them says.
    static func logits(count: Int, seed: UInt64) -> (logits: [[[Float]]], labels: [Int]) {
        var generator = SeededGenerator(seed: seed)
        var (logits, labels): ([[[Float]]], [Int]) = ([], [])
        for _ in 0..<count {
            let label = Int.random(in: 0..<3, using: &generator)
            // A tenth of the images is hard for every exit.
            let isHard = Int.random(in: 0..<10, using: &generator) == 0
            labels.append(label)
            logits.append(
                [Float(1), 1.5, 3].map { strength in
                    (0..<3).map { index in
                        let noise = (0..<4).map { _ in Float.random(in: -1...1, using: &generator) }
                        return 2 * noise.reduce(0, +)
                            + (index == label && !isHard ? 2 * strength : 0)
                    }
                })
        }
        return (logits, labels)
    }

    static func record<Split: DataSplit>(count: Int, seed: UInt64) -> ExitRecord<Split> {
        let sample = logits(count: count, seed: seed)
        return ExitRecord(
            logits: sample.logits, labels: sample.labels, dataset: "made up", dataChecksum: "")
    }

    static func fitted(seed: UInt64) throws -> [ExitScore] {
        let validation: ExitRecord<ValidationSplit> = record(count: 1_000, seed: seed)
        return [
            .ensemble(try ExitEnsemble(fittedTo: validation)),
            .failure(try FailurePredictor(fittedTo: validation)),
        ]
    }

    // MARK: - Fitting

    /// On other images too, exits are right oftener together, and the second exit's weights are no
    /// worse than others near them.
    @Test func exitsAreRightOftenerTogether() throws {
        let ensemble = try #require(Self.fitted(seed: 1).first)
        #expect(try Self.fitted(seed: 1).first == ensemble)
        let record: ExitRecord<CalibrationSplit> = Self.record(count: 4_000, seed: 2)
        let accuracy = { (score: ExitScore) in
            let seen = record.seen(by: score)
            return seen.labels.indices.count {
                seen[$0][3 * $0 + 1].predictedClass == seen.labels[$0]
            }
        }
        #expect(accuracy(ensemble) > accuracy(.entropy) + 40)
        let seen = record.seen(by: ensemble)
        #expect((0..<record.count).allSatisfy { seen[$0][3 * $0 + 2] == record[$0][3 * $0 + 2] })
    }

    @Test func fittedWeightsAreTheLikeliest() throws {
        let sample = Self.logits(count: 500, seed: 3)
        let record = ExitRecord<ValidationSplit>(
            logits: sample.logits, labels: sample.labels, dataset: "", dataChecksum: "")
        let fitted = try ExitEnsemble(fittedTo: record)
        let loss = { (weights: [Float]) in
            zip(sample.logits, sample.labels).map { exits, label in
                let sums = (0..<3).map {
                    Double(weights[0] * exits[0][$0] + weights[1] * exits[1][$0])
                }
                return log(sums.map { exp($0) }.reduce(0, +)) - sums[label]
            }.reduce(0, +) + Double(weights.map { $0 * $0 }.reduce(0, +)) / 2
        }
        let best = loss(fitted.weights[1])
        for step in [[Float(0.01), 0], [-0.01, 0], [0, 0.01], [0, -0.01]] {
            #expect(best <= loss(zip(fitted.weights[1], step).map { $0 + $1 }))
        }
    }

    /// Where failures are predicted to be probable they are frequent: by fifths of the images, but
    /// for what 800 of them tell.
    @Test func predictedFailuresHappenAsOften() throws {
        let score = try #require(Self.fitted(seed: 1).last)
        let record: ExitRecord<CalibrationSplit> = Self.record(count: 4_000, seed: 4)
        for exit in 0..<2 {
            let cases = record.labels.indices.map { sample in
                let exits = record[sample].map { $0.predictedClass == record.labels[sample] }
                return (
                    predicted: Double(record.value(of: score, sample: sample, exit: exit)),
                    fails: !exits[exit] && exits[(exit + 1)...].contains(true)
                )
            }.sorted { $0.predicted < $1.predicted }
            for fifth in 0..<5 {
                let part = cases[fifth * 800..<(fifth + 1) * 800]
                let expected = part.map(\.predicted).reduce(0, +) / 800
                let found = Double(part.count { $0.fails }) / 800
                #expect(abs(expected - found) < 0.06)
            }
        }
    }

    @Test func refusesTooFewImages() {
        let record: ExitRecord<ValidationSplit> = Self.record(count: 99, seed: 1)
        for fit in [
            { _ = try ExitEnsemble(fittedTo: record) },
            { _ = try FailurePredictor(fittedTo: record) },
        ] as [() throws -> Void] {
            let error = #expect(throws: CalibrationError.self) { try fit() }
            #expect(error?.code == .tooFewSamples)
            #expect(error?.message.contains("data.validationImages") == true)
        }
    }

    // MARK: - Choosing

    /// What the calibrator says of a fitted score is what replaying it does.
    @Test func calibratedPointsAreThoseOfReplay() throws {
        let record: ExitRecord<CalibrationSplit> = Self.record(count: 300, seed: 5)
        let scores = ExitScore.unfitted + (try Self.fitted(seed: 1))
        let calibrator = try ScoreCalibrator(
            record: record, scores: scores, considersPatience: true, costOfExit: [1, 2, 4])
        let choices = try calibrator.choices(for: .knee)
        #expect(Set(choices.compactMap(\.score?.kind)).count >= 3)
        for choice in choices {
            let seen = choice.score.map { record.seen(by: $0) } ?? record
            let counts = seen.replay(choice.policy.exitPolicy)
            #expect(counts.accuracy == choice.point.accuracy)
            #expect(counts.exitRates == choice.point.exitRates)
        }
    }

    /// Made-up answers drawn again and again, the score chosen on the tuning half alone: guarantees
    /// are broken in at most δ of the draws, but for three standard errors of so many.
    @Test func chosenScoresKeepTheirGuarantees() throws {
        #if DEBUG
        let drawCount = 3
        #else
        let drawCount = 60
        #endif
        let population: ExitRecord<CalibrationSplit> = Self.record(count: 3_000, seed: 6)
        let scores = [.entropy, .maximumProbability] + (try Self.fitted(seed: 1))
        let guarantee = Guarantee(maximumLoss: 0.05, confidence: 0.9)
        var (broken, chosen) = (0, Set<ExitScore.Kind>())
        for draw in 0..<drawCount {
            var generator = SplitMix64(seed: UInt64(draw), stream: 1)
            let drawn = population.samples(
                (0..<800).map { _ in generator.integer(below: population.count) })
            let certifiers = try scores.map {
                try Certifier(
                    record: drawn, loss: .harm, score: $0, costOfExit: [1, 2, 4],
                    seed: UInt64(draw))
            }
            let best = Certifier.best(of: certifiers, for: guarantee)
            let found = try best.certify(
                maximumLoss: guarantee.maximumLoss, confidence: guarantee.confidence)
            chosen.insert(best.score.kind)
            let policy = ThresholdPolicy(score: best.score, thresholds: found.point.thresholds)
            let risk = population.seen(by: best.score).losses(.harm, under: policy).mean
            if risk > guarantee.maximumLoss { broken += 1 }
        }
        let (level, draws) = (0.1, Double(drawCount))
        #expect(Double(broken) <= (level + 3 * (level * (1 - level) / draws).squareRoot()) * draws)
        #expect(!chosen.isDisjoint(with: [.ensemble, .failure]))
    }
}

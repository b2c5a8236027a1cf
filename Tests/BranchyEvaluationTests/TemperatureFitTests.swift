import BranchyData
import BranchyEvaluation
import BranchyNet
import Foundation
import TestSupport
import Testing

/// Temperatures that are fitted, on made-up exits that are three times as sure as they may be.
struct TemperatureFitTests {
    /// Samples whose label is drawn with the probabilities that the logits divided by each exit's
    /// temperature give.
    private static func logits(
        temperatures: [Double], count: Int, seed: UInt64
    ) -> (logits: [[[Float]]], labels: [Int]) {
        var generator = SeededGenerator(seed: seed)
        var (logits, labels): ([[[Float]]], [Int]) = ([], [])
        for _ in 0..<count {
            let scores = (0..<4).map { _ in Double.random(in: -2...2, using: &generator) }
            let exponentials = scores.map { exp($0) }
            var left = Double.random(in: 0..<exponentials.reduce(0, +), using: &generator)
            labels.append(
                exponentials.firstIndex {
                    left -= $0
                    return left < 0
                } ?? 3)
            logits.append(
                temperatures.map { temperature in scores.map { Float($0 * temperature) } })
        }
        return (logits, labels)
    }

    private static func record<Split: DataSplit>(
        _ sample: (logits: [[[Float]]], labels: [Int]), _ temperatures: ExitTemperatures? = nil
    ) -> ExitRecord<Split> {
        ExitRecord(
            logits: sample.logits, temperatures: temperatures, labels: sample.labels,
            dataset: "made up", dataChecksum: "")
    }

    /// The mean negative log-likelihood at an exit.
    private static func loss(
        _ sample: (logits: [[[Float]]], labels: [Int]), exit: Int, temperature: Float
    ) -> Double {
        zip(sample.logits, sample.labels).map { exits, label in
            let divided = exits[exit].map { Double($0) / Double(temperature) }
            return log(divided.map { exp($0) }.reduce(0, +)) - divided[label]
        }.reduce(0, +) / Double(sample.labels.count)
    }

    /// What was too sure by 3, 0.5 and 1 is found, but for what 4,000 images can tell: the
    /// likelihood's curvature makes that a few hundredths.
    @Test func findsHowMuchTooSureExitsAre() throws {
        let excess = [3, 0.5, 1.0]
        let sample = Self.logits(temperatures: excess, count: 4_000, seed: 1)
        let fitted = try ExitTemperatures(fittedTo: Self.record(sample))
        for (exit, (found, expected)) in zip(fitted.values, excess).enumerated() {
            #expect(abs(Double(found) / expected - 1) < 0.1)
            let loss = { Self.loss(sample, exit: exit, temperature: $0) }
            #expect(loss(found) <= loss(1))
            // The best of all: neighbours are no better.
            #expect(loss(found) <= loss(found * 1.01) && loss(found) <= loss(found / 1.01))
        }
        #expect(try ExitTemperatures(fittedTo: Self.record(sample)) == fitted)
    }

    @Test func bringsTheCalibrationErrorDownOnOtherImages() throws {
        let fitted = try ExitTemperatures(
            fittedTo: Self.record(Self.logits(temperatures: [3], count: 2_000, seed: 2)))
        let other = Self.logits(temperatures: [3], count: 2_000, seed: 3)
        let error = { (temperatures: ExitTemperatures?) -> Double in
            let record: ExitRecord<TestSplit> = Self.record(other, temperatures)
            let evaluation = try MadeUpAnswers.evaluation(
                of: record, under: FixedExitPolicy(exit: 0))
            return try #require(evaluation.reliability.expectedCalibrationError)
        }
        let (before, after) = (try error(nil), try error(fitted))
        #expect(before > 0.15 && after < 0.05)
    }

    /// Surer without end would be likelier: these images say nothing.
    @Test func anExitThatIsAlwaysRightKeepsOne() throws {
        let logits = [[[Float]]](repeating: [[2, 0], [0, 2]], count: 100)
        let record: ExitRecord<ValidationSplit> = Self.record(
            (logits, Array(repeating: 0, count: 100)))
        let fitted = try ExitTemperatures(fittedTo: record)
        #expect(fitted.values == [1, ExitTemperatures.range.upperBound])
    }

    @Test func refusesTooFewImagesAndWhatIsNotFinite() {
        let code = { (sample: (logits: [[[Float]]], labels: [Int])) in
            #expect(throws: CalibrationError.self) {
                try ExitTemperatures(fittedTo: Self.record(sample))
            }?.code
        }
        var sample = Self.logits(temperatures: [1, 1], count: 100, seed: 4)
        sample.logits[7][1][2] = .nan
        #expect(code(sample) == .notFinite)
        #expect(code(Self.logits(temperatures: [1], count: 99, seed: 4)) == .tooFewSamples)
    }
}

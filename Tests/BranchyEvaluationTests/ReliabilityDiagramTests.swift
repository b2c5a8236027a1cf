import BranchyData
import BranchyEvaluation
import BranchyNet
import Testing

/// Calibration errors of answers with known probabilities.
///
/// A probability goes through logits of 32 bits and comes back with an error of a few 1e-7.
struct ReliabilityDiagramTests {
    private static let tolerance = 1e-6

    private func diagram(_ answers: [(probability: Float, isRight: Bool)]) throws
        -> ReliabilityDiagram
    {
        try evaluation(answers.map { [$0] }).reliability
    }

    /// By sample and exit; everybody leaves at the first exit.
    private func evaluation(
        _ samples: [[(probability: Float, isRight: Bool)]]
    ) throws -> Evaluation {
        let record = MadeUpAnswers.record(
            samples.map { exits in
                (
                    0,
                    exits.enumerated().map { exit, answer in
                        MadeUpAnswers.observation(
                            answer.isRight ? 0 : 1, exit: exit, probability: answer.probability)
                    }
                )
            }, exitCount: samples.first?.count ?? 1)
        return try MadeUpAnswers.evaluation(of: record, under: FixedExitPolicy(exit: 0))
    }

    /// Two at 0.9, of which one is right; one at 0.5, right; one at 0.42, wrong.
    @Test func binsByHand() throws {
        let diagram = try diagram([(0.9, true), (0.9, false), (0.5, true), (0.42, false)])
        var samples = [Int](repeating: 0, count: 15)
        (samples[13], samples[7], samples[6]) = (2, 1, 1)
        #expect(diagram.bins.map(\.samples) == samples)
        #expect(diagram.bins[13].correct == 1 && diagram.bins[13].accuracy == 0.5)
        #expect(abs((diagram.bins[13].meanProbability ?? 0) - 0.9) < Self.tolerance)
        #expect(diagram.bins[0].accuracy == nil && diagram.bins[0].meanProbability == nil)
        let expected = (abs(1 - 1.8) + abs(1 - 0.5) + abs(0 - 0.42)) / 4
        #expect(
            abs((diagram.expectedCalibrationError ?? 0) - expected) < Self.tolerance)
    }

    @Test func binsAreOfEqualWidthFromZeroToOne() throws {
        let bins = try diagram([]).bins
        #expect(bins.count == ReliabilityDiagram.binCount)
        #expect(bins.first?.low == 0 && bins.last?.high == 1)
        for (one, next) in zip(bins, bins.dropFirst()) { #expect(one.high == next.low) }
        #expect(bins.allSatisfy { abs($0.high - $0.low - 1.0 / 15) < 1e-15 })
    }

    @Test func aBinThatIsRightAsOftenAsItSaysHasNoError() throws {
        let diagram = try diagram([(0.75, true), (0.75, true), (0.75, true), (0.75, false)])
        #expect((diagram.expectedCalibrationError ?? 1) < Self.tolerance)
    }

    @Test(arguments: [true, false])
    func certaintyIsInTheLastBin(isRight: Bool) throws {
        let diagram = try diagram([(1, isRight)])
        #expect(diagram.bins[14].samples == 1)
        #expect(diagram.expectedCalibrationError == (isRight ? 0 : 1))
    }

    /// Errors in opposite directions do not cancel across bins, but do within one.
    @Test func errorsCancelWithinABinOnly() throws {
        let across = try diagram([(0.9, false), (0.5, true)]).expectedCalibrationError
        #expect(abs((across ?? 0) - (0.9 + 0.5) / 2) < Self.tolerance)
        let within = try diagram([(0.9, false), (0.9, true)]).expectedCalibrationError
        #expect(abs((within ?? 0) - 0.4) < Self.tolerance)
    }

    @Test func everyExitHasItsOwn() throws {
        let evaluation = try evaluation([[(0.9, true), (0.6, false)], [(0.9, true), (0.6, true)]])
        let forced = evaluation.forcedReliability.map { $0.expectedCalibrationError ?? 0 }
        #expect(abs(forced[0] - 0.1) < Self.tolerance && abs(forced[1] - 0.1) < Self.tolerance)
        #expect(evaluation.forcedReliability[1].bins.map(\.correct).reduce(0, +) == 1)
        #expect(evaluation.reliability == evaluation.forcedReliability[0])
    }

    @Test func nothingIsSaidWithoutAnswers() throws {
        #expect(try diagram([]).expectedCalibrationError == nil)
        #expect(try diagram([]).samples == 0)
    }

    @Test func brokenLogitsLeaveNoError() throws {
        let logits: [Float] = [.nan, 0, 1]
        let broken = ExitObservation(logits: logits.span, exit: 0)
        let record = MadeUpAnswers.record(
            [(0, [broken]), (0, [MadeUpAnswers.observation(0, exit: 0)])], exitCount: 1)
        let diagram = try MadeUpAnswers.evaluation(of: record, under: FixedExitPolicy(exit: 0))
            .reliability
        #expect(diagram.samples == 2)
        #expect(diagram.expectedCalibrationError?.isNaN == true)
    }
}

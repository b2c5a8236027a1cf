import BranchyData
import BranchyEvaluation
import BranchyNet
import Testing

/// Whether guarantees are kept, and whether they are worth having.
struct CertifierTests {
    // Without optimization a draw takes fifty times as long.
    #if DEBUG
    private static let drawCount = 15
    private static let powerDrawCount = 2
    #else
    private static let drawCount = 1_000
    private static let powerDrawCount = 100
    #endif

    /// Calibrating again and again on new data, a guarantee is broken in at most δ of the times, but
    /// for three standard errors of so many draws.
    @Test(arguments: CertifiedPopulation.Kind.allCases, [5, 30])
    func promisesAreBrokenAsRarelyAsSaid(
        kind: CertifiedPopulation.Kind, levels: Int
    ) throws {
        let population = CertifiedPopulation(
            kind, levels: levels == 30 && kind != .overthinking ? 2_000 : levels)
        // Made once: that of the gap takes longer to make than to ask.
        let cells = [0.005, 0.01, 0.02].flatMap { loss in
            [0.05, 0.1].map { level in
                let guarantee = Guarantee(
                    loss: population.loss, maximumLoss: loss, confidence: 1 - level)
                return (
                    loss: loss, level: level,
                    test: GuaranteeTest(of: guarantee, samples: 1_000, level: level)
                )
            }
        }
        var broken = [Int](repeating: 0, count: cells.count)
        var risks: [[Float]: Double] = [:]
        for draw in 0..<Self.drawCount {
            let certifier = try population.certifier(sampleCount: 2_000, seed: UInt64(draw))
            for (cell, (loss, _, test)) in cells.enumerated() {
                let candidate = certifier.last(provenBy: test)
                guard let thresholds = candidate?.point.thresholds else { continue }
                let risk = risks[thresholds] ?? population.risk(thresholds)
                risks[thresholds] = risk
                if risk > loss { broken[cell] += 1 }
            }
        }
        let draws = Double(Self.drawCount)
        for (count, (loss, level, _)) in zip(broken, cells) {
            let most = level + 3 * (level * (1 - level) / draws).squareRoot()
            #expect(Double(count) <= most * draws, "\(kind) \(levels) \(loss) \(level)")
        }
    }

    /// The largest threshold that the exact test would pass in half of the times is what one can
    /// hope for without knowing the truth.
    @Test func certifiedThresholdsSaveMostOfWhatCanBeSaved() throws {
        let population = CertifiedPopulation(.monotone, levels: 2_000)
        let (loss, level, proofCount) = (0.01, 0.05, 5_000)
        let passing = (0..<proofCount).prefix {
            BinomialTest.probability(ofAtMost: $0, of: proofCount, rate: loss) <= level
        }
        let most = try #require(passing.last)
        let scores = population.record.distinct(.entropy, exit: 0)
        let reference = try #require(
            scores.last {
                BinomialTest.probability(
                    ofAtMost: most, of: proofCount, rate: population.risk([$0])) >= 0.5
            })
        let full = population.costOfExit[1]
        let saved = try (0..<Self.powerDrawCount).map { draw in
            let certifier = try population.certifier(
                sampleCount: 2 * proofCount, seed: UInt64(draw))
            let found = try certifier.certify(maximumLoss: loss, confidence: 1 - level)
            return full - population.cost(found.point.thresholds)
        }
        #expect(saved.mean >= 0.9 * (full - population.cost([reference])))
        #expect(reference > 0)
    }

    /// Labels decide what is right, never who leaves.
    @Test func permutingLabelsChangesNoExit() throws {
        let record = ExitRecord.random(exitCount: 3, sampleCount: 400, levels: 30, seed: 2)
        let permuted = ExitRecord<CalibrationSplit>(
            observations: (0..<record.count).map { Array(record[$0]) },
            labels: record.labels.indices.map { $0 % 2 }, exitCount: 3, classCount: 2,
            dataset: "made up", dataChecksum: "")
        let policy = ThresholdPolicy(thresholds: [0.4, 0.3])
        #expect(record.replay(policy).exited == permuted.replay(policy).exited)
        let chains = try [record, permuted].map {
            try Certifier(
                record: $0, loss: .disagreement, costOfExit: [1, 2, 3], seed: 5
            ).chain
        }
        #expect(chains[0].map(\.point.thresholds) == chains[1].map(\.point.thresholds))
        #expect(chains[0].map(\.proof) == chains[1].map(\.proof))
    }

    @Test func theChainBeginsAtTheLastExitAndGetsCheaper() throws {
        let chain = try CertifiedPopulation(.overthinking, levels: 5)
            .certifier(sampleCount: 2_000, seed: 1).chain
        #expect(chain[0].point.exitRates == [0, 0, 1])
        #expect(chain[0].proof == LossCounts(samples: 1_000, losses: 0))
        for (one, next) in zip(chain.dropFirst(), chain.dropFirst(2)) {
            #expect(next.point.cost < one.point.cost)
        }
        #expect(chain.last?.point.cost == 1)
    }

    /// Nobody, then by about an eighth more each time, up to the most that lose nothing.
    @Test(arguments: GuaranteedLoss.allCases)
    func theChainComesToItsFrontInSteps(loss: GuaranteedLoss) throws {
        let record = CertifiedPopulation(.monotone, levels: 2_000).record
        let chain = { (procedure: Certifier.Procedure) in
            try Certifier(
                record: record, loss: loss, costOfExit: [1, 4], seed: 1, procedure: procedure
            ).chain.map(\.point)
        }
        let points = try chain(.steps)
        let first = try #require(try chain(.front).dropFirst().first)
        let most = loss == .accuracyGap ? points[8] : first
        #expect(points[8] == most)
        for (step, point) in points[...8].enumerated() {
            let share = most.earlyExitRate * Double(step) / 8
            #expect(abs(point.earlyExitRate - share) <= 0.001)
        }
        if loss != .accuracyGap { #expect(try points[8...] == chain(.front)[1...]) }
    }

    /// Whoever asks for several guarantees on the same data pays for it.
    @Test func severalAtOnceAreTestedMoreStrictly() throws {
        let certifier = try CertifiedPopulation(.monotone, levels: 2_000)
            .certifier(sampleCount: 4_000, seed: 1)
        let one = try certifier.certify(maximumLoss: 0.01, confidence: 0.9)
        let ofTen = try certifier.certify(maximumLoss: 0.01, confidence: 0.9, atOnce: 10)
        let strict = try certifier.certify(maximumLoss: 0.01, confidence: 0.99)
        #expect(ofTen == strict)
        #expect(ofTen.point.cost > one.point.cost)
    }

    // MARK: - Scores

    private static let scores = ExitScore.unfitted

    private func certifiers(
        _ record: ExitRecord<CalibrationSplit>
    ) throws -> [Certifier] {
        try Self.scores.map {
            try Certifier(record: record, loss: .harm, score: $0, costOfExit: [1, 4], seed: 5)
        }
    }

    /// Where only the margin tells right from wrong early answers.
    @Test func theScoreThatSavesMostIsTaken() throws {
        let certifiers = try certifiers(MadeUpAnswers.separatedByMargin(count: 1_200))
        let guarantee = Guarantee(maximumLoss: 0.01, confidence: 0.95)
        let best = Certifier.best(of: certifiers, for: guarantee)
        #expect(best.score == .margin)
        let certified = try certifiers.map {
            try $0.certify(maximumLoss: 0.01, confidence: 0.95).point.cost
        }
        #expect(certified[3] < 4 && certified.dropLast().allSatisfy { $0 == 4 })
    }

    /// So that with the best score, too, the gap is certified for no less than harm.
    @Test(arguments: 0..<5 as Range<UInt64>)
    func theScoreOfTheGapIsThatOfHarm(seed: UInt64) throws {
        let record = ExitRecord.random(exitCount: 3, sampleCount: 2_000, levels: 300, seed: seed)
        let best = { (loss: GuaranteedLoss) in
            Certifier.best(
                of: try Self.scores.map {
                    try Certifier(
                        record: record, loss: loss, score: $0, costOfExit: [1, 3, 9], seed: seed)
                }, for: Guarantee(loss: loss, maximumLoss: 0.05, confidence: 0.95))
        }
        let (harm, gap) = (try best(.harm), try best(.accuracyGap))
        #expect(gap.score == harm.score)
        #expect(gap.chain.map(\.point) == harm.chain.map(\.point))
        let cost = { (certifier: Certifier) in
            try certifier.certify(maximumLoss: 0.05, confidence: 0.95).point.cost
        }
        #expect(try cost(gap) <= cost(harm))
    }

    @Test func ofEqualScoresTheFirstIsTaken() throws {
        let record = ExitRecord([SampleGroup(1_200, [1, 1], [true, true])])
        let guarantee = Guarantee(maximumLoss: 0.01, confidence: 0.95)
        #expect(try Certifier.best(of: certifiers(record), for: guarantee).score == .entropy)
    }

    /// What proof says, even that everything early is wrong, decides nothing about the score.
    @Test func proofDoesNotChooseTheScore() throws {
        let record = MadeUpAnswers.separatedByMargin(count: 1_200)
        let numbered = ExitRecord<CalibrationSplit>(
            observations: (0..<record.count).map { Array(record[$0]) },
            labels: Array(0..<record.count), exitCount: 2, classCount: 3, dataset: "",
            dataChecksum: "")
        var observations = (0..<record.count).map { Array(record[$0]) }
        for sample in numbered.halves(seed: 5).proof.labels {
            observations[sample][0] = MadeUpAnswers.observation(2, exit: 0)
        }
        let spoilt = ExitRecord<CalibrationSplit>(
            observations: observations, labels: record.labels, exitCount: 2, classCount: 3,
            dataset: "", dataChecksum: "")
        let guarantee = Guarantee(maximumLoss: 0.01, confidence: 0.95)
        let best = Certifier.best(of: try certifiers(spoilt), for: guarantee)
        #expect(best.score == .margin)
        #expect(
            best.chain.map(\.point)
                == (try certifiers(record)).last?.chain.map(\.point))
        #expect(try best.certify(maximumLoss: 0.01, confidence: 0.95).point.cost == 4)
    }

    // MARK: - Refusals

    /// 298 without harm prove 1 % not quite with 95 %; 299 do: 0.99²⁹⁹ = 0.0495.
    @Test func saysHowManySamplesAPromiseTakes() throws {
        let guarantee = Guarantee(maximumLoss: 0.01, confidence: 0.95)
        #expect(Certifier.samplesNeeded(for: guarantee, level: 0.05) == 299)
        let record = { ExitRecord([SampleGroup($0, [1, 1], [true, true])]) }
        let certifier = { (count: Int) in
            try Certifier(record: record(count), loss: .harm, costOfExit: [1, 2], seed: 0)
        }
        let candidate = try certifier(598).certify(maximumLoss: 0.01, confidence: 0.95)
        #expect(candidate.point.earlyExitRate == 1)
        let error = #expect(throws: CalibrationError.self) {
            try certifier(596).certify(maximumLoss: 0.01, confidence: 0.95)
        }
        #expect(error?.code == .tooFewSamples)
        #expect(error?.message.contains("it takes 299 proof samples without any loss") == true)
        #expect(error?.message.hasSuffix("298 prove at most 1.001 %") == true)
    }

    @Test func refusesWhatCannotBeCertified() {
        let code = { (record: ExitRecord<CalibrationSplit>) in
            #expect(throws: CalibrationError.self) {
                try Certifier(
                    record: record, loss: .harm,
                    costOfExit: Array(repeating: 1, count: record.exitCount), seed: 0)
            }?.code
        }
        #expect(code(ExitRecord([SampleGroup(199, [1, 1], [true, true])])) == .tooFewSamples)
        #expect(code(ExitRecord([SampleGroup(200, [1], [true])])) == .noChoice)
        let broken = ExitRecord([
            SampleGroup(250, [1, 1], [true, true]), SampleGroup(1, [1, .nan], [true, true]),
        ])
        #expect(code(broken) == .notFinite)
    }
}

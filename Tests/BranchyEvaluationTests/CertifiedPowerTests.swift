import BranchyData
import BranchyEvaluation
import BranchyNet
import Foundation
import NativeEngine
import Testing

/// What certificates are worth, beside whether they are kept.
struct CertifiedPowerTests {
    #if DEBUG
    private static let drawCount = 4
    #else
    private static let drawCount = 100
    #endif

    private func power(
        of loss: GuaranteedLoss, on population: CertifiedPopulation, at maximumLoss: Double,
        by procedure: Certifier.Procedure = .steps
    ) throws -> CertifiedPower {
        try CertifiedPower(
            of: CertifiedPopulation(
                population.record, loss: loss, costOfExit: population.costOfExit),
            maximumLoss: maximumLoss, sampleCount: 2_000, draws: Self.drawCount,
            procedure: procedure)
    }

    /// In every single draw, whatever the exits are like.
    @Test(arguments: CertifiedPopulation.Kind.allCases, [0.005, 0.01])
    func theGapIsNeverCertifiedForLessThanHarm(
        kind: CertifiedPopulation.Kind, maximumLoss: Double
    ) throws {
        let population = CertifiedPopulation(kind, levels: kind == .overthinking ? 30 : 2_000)
        let harm = try power(of: .harm, on: population, at: maximumLoss)
        let gap = try power(of: .accuracyGap, on: population, at: maximumLoss)
        #expect(zip(gap.costs, harm.costs).allSatisfy { $0 <= $1 })
        #expect(gap.nobody <= harm.nobody)
        for power in [harm, gap] {
            #expect(Double(power.broken) <= CertifiedPower.mostBroken(of: Self.drawCount))
        }
    }

    /// Early answers that are often better: with steps and the exact test, more leave than by the
    /// front of the gap and betting, and hardly a draw ends with nobody.
    @Test func gainsAreWorthSomething() throws {
        let population = CertifiedPopulation(.gaining, levels: 2_000)
        let harm = try power(of: .harm, on: population, at: 0.005)
        let gap = try power(of: .accuracyGap, on: population, at: 0.005)
        let before = try power(of: .accuracyGap, on: population, at: 0.005, by: .front)
        #expect(gap.shares.mean > harm.shares.mean + 0.05)
        #expect(gap.shares.mean > before.shares.mean + 0.05)
        #expect(gap.nobody <= Self.drawCount / 100)
        #expect(before.nobody > gap.nobody)
    }

    // MARK: - A shipped model

    private static let dataFolder = ProcessInfo.processInfo.environment["BRANCHYNET_DATA_DIR"]
    /// How many draws; each line of the table in docs/Certificates.md is of 1,000.
    private static let askedDraws = ProcessInfo.processInfo.environment["BRANCHYNET_DRAWS"]
        .flatMap(Int.init)

    /// Prints the table of docs/Certificates.md: the calibration images of the shipped B-AlexNet
    /// taken for the whole truth, and drawn from with replacement.
    @Test(.enabled(if: dataFolder != nil && askedDraws != nil, "BRANCHYNET_DRAWS asks for it"))
    func whatTheShippedModelCertifies() throws {
        let (dataFolder, draws) = (try #require(Self.dataFolder), try #require(Self.askedDraws))
        let record = try Self.record(of: "b-alexnet-fast", dataFolder: dataFolder)
        for maximumLoss in [0.003, 0.005, 0.01] {
            for (loss, procedure) in [
                (GuaranteedLoss.harm, Certifier.Procedure.front), (.harm, .steps),
                (.accuracyGap, .front), (.accuracyGap, .steps),
            ] {
                for score in [ExitScore.entropy, .maximumProbability, .margin] {
                    let power = try CertifiedPower(
                        of: CertifiedPopulation(record, loss: loss, costOfExit: [82.2, 310.4]),
                        maximumLoss: maximumLoss, sampleCount: 5_000, draws: draws, score: score,
                        procedure: procedure)
                    print(
                        loss, procedure, maximumLoss, score, "nobody", power.nobody, "broken",
                        power.broken, "share", power.shares.mean, power.shares.quantile(0.1))
                    #expect(Double(power.broken) <= CertifiedPower.mostBroken(of: draws))
                }
            }
        }
    }

    private static func record(
        of name: String, dataFolder: String
    ) throws -> ExitRecord<CalibrationSplit> {
        let folder = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../Models")
        let model = try ModelFolder(folder.standardizedFileURL.path + "/" + name).read()
        let (train, test) = try CIFAR10.load(.jpegCopy, from: dataFolder)
        let split = try DatasetSplits(
            train: train, test: test, validationCount: 5_000, calibrationCount: 5_000, seed: 1
        ).calibration
        try #require(split.checksum == model.calibration?.dataChecksum)
        let predictor = try Predictor(
            network: model.network, parameters: model.parameters,
            policy: ThresholdPolicy(thresholds: [0]), engine: NativeEngine())
        return try ExitRecord.record(
            predictor, on: split, preprocessing: model.preprocessing)
    }
}

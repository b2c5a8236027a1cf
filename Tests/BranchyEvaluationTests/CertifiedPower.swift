import BranchyEvaluation
import BranchyNet

/// How often calibrating again and again on new data certifies anything, and how much, beside how
/// often what was certified is not kept.
struct CertifiedPower {
    /// How many draws end at "all to the last exit", or prove not even that.
    private(set) var nobody = 0
    /// How many certify what is not kept.
    private(set) var broken = 0
    /// By draw, the share of the whole population that leaves early, 0 ... 1.
    private(set) var shares: [Double] = []
    /// By draw, the mean cost.
    private(set) var costs: [Double] = []

    /// Draws and certifies.
    ///
    /// - Parameters:
    ///   - maximumLoss: guaranteed with 95 % confidence.
    ///   - sampleCount: how many calibration samples a draw has.
    init(
        of population: CertifiedPopulation, maximumLoss: Double, sampleCount: Int, draws: Int,
        score: ExitScore = .entropy, procedure: Certifier.Procedure = .steps
    ) throws {
        let guarantee = Guarantee(loss: population.loss, maximumLoss: maximumLoss, confidence: 0.95)
        let test = GuaranteeTest(
            of: guarantee, samples: sampleCount - sampleCount / 2,
            level: guarantee.level(atOnce: 1),
            procedure: procedure)
        for draw in 0..<draws {
            let certifier = try population.certifier(
                sampleCount: sampleCount, seed: UInt64(draw), score: score, procedure: procedure)
            let thresholds =
                (certifier.last(provenBy: test) ?? certifier.chain[0]).point.thresholds
            let policy = ThresholdPolicy(score: score, thresholds: thresholds)
            let counts = population.record.replay(policy)
            let share = counts.exitRates.dropLast().reduce(0, +)
            shares.append(share)
            costs.append(counts.meanCost(population.costOfExit) ?? .nan)
            if share == 0 { nobody += 1 }
            if population.risk(thresholds, score: score) > maximumLoss { broken += 1 }
        }
    }

    /// How many draws may break a guarantee: 5 % of them and three standard errors.
    static func mostBroken(of draws: Int) -> Double {
        let draws = Double(draws)
        return 0.05 * draws + 3 * (0.05 * 0.95 * draws).squareRoot()
    }
}

public import BranchyEvaluation

/// What came of checking one guarantee of a certificate on some images.
public struct CertificateCheck: Hashable, Sendable, Encodable {
    /// What is said of a guarantee.
    public enum Verdict: String, Hashable, Sendable, Encodable {
        /// It is kept, with the certificate's confidence.
        case kept
        /// These images do not tell.
        case undecided
        /// It is broken, with the certificate's confidence.
        case refuted
    }

    /// What the images are called.
    public let dataset: String
    /// What is lost.
    public let loss: GuaranteedLoss
    /// The most of it on average that was guaranteed.
    public let maximumLoss: Double
    /// What was lost on these images.
    public let losses: LossCounts
    /// The mean loss, with its interval of the certificate's confidence.
    public let interval: Estimate
    /// What follows.
    public let verdict: Verdict

    /// - Parameter verdict: `nil` to judge by the interval.
    init(
        _ dataset: String, _ guarantee: Guarantee, _ losses: LossCounts, atOnce: Int,
        verdict: Verdict? = nil
    ) {
        // Two ends, and a correction for several data sets and guarantees at once.
        let level = guarantee.level(atOnce: 2 * atOnce)
        self.dataset = dataset
        loss = guarantee.loss
        maximumLoss = guarantee.maximumLoss
        self.losses = losses
        interval = Estimate(
            estimate: losses.mean, low: guarantee.loss.lowerBound(losses, level: level),
            high: guarantee.loss.upperBound(losses, level: level))
        let isKept = interval.high <= guarantee.maximumLoss
        let isRefuted = interval.low > guarantee.maximumLoss
        self.verdict = verdict ?? (isKept ? .kept : isRefuted ? .refuted : .undecided)
    }
}

/// A certificate, and what came of checking it; its keys are those of `verify --json`.
public struct Verification: Sendable, Encodable {
    private enum CodingKeys: String, CodingKey { case checks }

    /// What was checked.
    public let certificate: Certificate
    /// One for each guarantee, of each data set.
    public let checks: [CertificateCheck]

    /// Whether a guarantee is broken.
    public var isRefuted: Bool { checks.contains { $0.verdict == .refuted } }
}

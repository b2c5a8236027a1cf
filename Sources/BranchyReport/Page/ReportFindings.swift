import BranchyData
import BranchyEvaluation
import BranchyNet
import BranchyWorkflow

/// The policy that a report is about.
struct ReportPolicy {
    enum Origin {
        /// It is the model's.
        case model
        /// The model has none; this is the knee of its calibration images.
        case proposal
        /// The model has none, and there is nothing to choose or to choose by.
        case none
    }

    private let kept: ModelPolicy
    let origin: Origin

    var policy: any ExitPolicy { kept.exitPolicy }
    /// The thresholds, where they decide.
    var thresholds: ThresholdPolicy? { kept.thresholds }

    init(of subject: ReportSubject, orKneeOf calibrator: ThresholdCalibrator?) {
        if let own = subject.trained.policy {
            (kept, origin) = (own, .model)
        } else if let knee = calibrator?.knee {
            kept = .thresholds(ThresholdPolicy(thresholds: knee.thresholds))
            origin = .proposal
        } else {
            (kept, origin) = (.thresholds(subject.lastExitPolicy), .none)
        }
    }
}

/// What it costs to leave: time where it was measured, or work.
struct ReportCosts {
    let isTime: Bool
    /// By exit: the median time to leave there in microseconds, or thousands of
    /// multiply-accumulates.
    let ofExit: [Double]
    /// The plain network's.
    let plain: Double?

    /// What the costs are, for an axis or a heading.
    var title: String {
        isTime ? "mean time of an image (µs)" : "multiply-accumulates of an image (thousands)"
    }

    func text(_ cost: Double?) -> String {
        guard let cost else { return "-" }
        return Format.fixed(cost, digits: 1) + (isTime ? " µs" : " thousand multiply-accumulates")
    }

    /// The mean over images that leave like these; 0 of none.
    func mean(_ counts: ExitCounts) -> Double { counts.meanCost(ofExit) ?? 0 }
}

/// What was found on the split that is reported on.
struct ReportFindings {
    /// Under the policy, replayed from what every exit said.
    let evaluation: Evaluation
    let policy: ReportPolicy
    let costs: ReportCosts
    let latency: LatencyReport?
    let baseline: Baseline?
    /// Whether the thresholds were chosen by these very images.
    let isInSample: Bool
    /// Whether the network may have learnt from some of them.
    let isLearnt: Bool

    var counts: ExitCounts { evaluation.counts }

    /// Such as `10,000 test images`.
    var images: String { "\(Format.grouped(counts.samples)) \(evaluation.split) images" }
}

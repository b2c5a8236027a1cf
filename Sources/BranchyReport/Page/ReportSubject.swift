import BranchyCompute
import BranchyEvaluation
import BranchyNet
import BranchyWorkflow

/// The model that a report is about, and what answers for it.
struct ReportSubject {
    let folder: String
    let trained: TrainedModel
    /// What computes, as certificates name it.
    let computation: Certificate.Computation
    /// What makes the page again, as a line of shell.
    let command: String
    /// Visits every exit.
    let predictor: Predictor
    /// Lets everybody leave at the last exit, and exits answer as the model's own policy does.
    let lastExitPolicy: ThresholdPolicy

    init(_ trained: TrainedModel, in folder: String, engine: any Engine, command: String) throws {
        (self.trained, self.folder, self.command) = (trained, folder, command)
        computation = Certificate.Computation(of: engine)
        let score = trained.policy?.thresholds?.score ?? .entropy
        lastExitPolicy = ThresholdPolicy(
            score: score,
            thresholds: Array(
                repeating: score.strictestThreshold, count: trained.network.exitCount - 1))
        predictor = try Predictor(trained, policy: lastExitPolicy, engine: engine)
    }

    var network: BranchedNetwork { trained.network }
}

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
    /// Lets everybody leave at the last exit.
    let lastExitPolicy: ThresholdPolicy

    init(_ trained: TrainedModel, in folder: String, engine: any Engine, command: String) throws {
        (self.trained, self.folder, self.command) = (trained, folder, command)
        computation = Certificate.Computation(of: engine)
        lastExitPolicy = ThresholdPolicy(
            thresholds: Array(repeating: 0, count: trained.network.exitCount - 1))
        predictor = try Predictor(trained, policy: lastExitPolicy, engine: engine)
    }

    var network: BranchedNetwork { trained.network }
}

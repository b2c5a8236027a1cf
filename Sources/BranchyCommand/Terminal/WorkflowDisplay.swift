import BranchyTraining
import BranchyWorkflow

/// Shows on standard error how far a workflow is, and stops it on Ctrl-C.
final class WorkflowDisplay {
    private let isShown: Bool
    private var line: ProgressLine
    private var training: TrainingReporter?

    init(isShown: Bool) {
        self.isShown = isShown
        line = ProgressLine(isShown: isShown)
    }

    /// Runs a workflow under a display, and takes its line away.
    static func whileShown<Result>(
        _ isShown: Bool, _ body: (WorkflowObserver) throws -> Result
    ) throws -> Result {
        Interrupt.watch()
        let display = WorkflowDisplay(isShown: isShown)
        defer { display.clear() }
        let observer = WorkflowObserver {
            display.show($0)
        } isStopped: {
            Interrupt.isRequested
        }
        return try body(observer)
    }

    private func show(_ event: WorkflowEvent) {
        switch event {
        case .images(let task, let done, let count):
            line.update("\(task): \(Format.grouped(done)) of \(Format.grouped(count)) images")
        case .began(let title): line.note(title)
        case .training(let exitNames, let step, let stepCount):
            training = TrainingReporter(isShown: isShown, exitNames: exitNames)
            training?.begin(after: step, of: stepCount)
        case .trained(let event): training?.report(event)
        case .calibrated(let result):
            clear()
            StandardError.warn(result.warnings)
            line.note(CalibrationReport(result).text)
        case .note(let text):
            clear()
            StandardError.write(text + "\n")
        }
    }

    private func clear() {
        line.clear()
        training?.end()
    }
}

import BranchyTraining
import BranchyWorkflow

/// Shows on standard error how far a workflow is, and stops it on Ctrl-C.
final class WorkflowDisplay {
    private let isShown: Bool
    private var line: ProgressLine
    private var training: TrainingReporter?
    /// What is done image by image, and since when.
    private var task: (name: String, start: ContinuousClock.Instant)?

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
        case .images(let name, let done, let count):
            if task?.name != name { task = (name, .now) }
            let rest = rest(after: done, of: count)
            line.update(
                "\(name): \(Format.grouped(done)) of \(Format.grouped(count)) images\(rest)")
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

    /// How long the images will take that are left; nothing before there is something to go by.
    private func rest(after done: Int, of count: Int) -> String {
        guard let task, done > 0 else { return "" }
        let seconds = task.start.duration(to: .now).seconds
        let left = Duration.seconds(seconds / Double(done) * Double(max(count - done, 0)))
        return seconds < 2 ? "" : ", \(Format.duration(left)) left"
    }

    private func clear() {
        line.clear()
        training?.end()
    }
}

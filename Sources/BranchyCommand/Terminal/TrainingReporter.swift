import BranchyTraining
import BranchyWorkflow

/// Shows a training run on standard error: a line while an epoch runs, one that stays for each.
struct TrainingReporter {
    private var line: ProgressLine
    private let exitNames: [String]
    private let start = ContinuousClock.now
    private var samples = 0
    private var steps = 0

    init(isShown: Bool, exitNames: [String]) {
        line = ProgressLine(isShown: isShown)
        self.exitNames = exitNames
    }

    mutating func begin(after step: Int, of stepCount: Int) {
        guard step > 0 else { return }
        line.note("going on after step \(step) of \(stepCount)")
    }

    mutating func report(_ event: TrainingEvent) {
        switch event {
        case .step(let progress):
            samples += progress.samples
            steps += 1
            // A copy, because the text is made while the line is being changed.
            let reporter = self
            line.update(reporter.text(progress))
        case .epoch(let record):
            let accuracies = zip(exitNames, record.validationAccuracy).map { name, accuracy in
                "\(name) \(Format.percent(accuracy))"
            }
            line.note(
                "epoch \(record.epoch): loss \(Format.fixed(record.trainingLoss, digits: 4)), "
                    + "validation: \(accuracies.joined(separator: ", ")), \(rate) images/s")
        case .checkpoint:
            break
        }
    }

    mutating func end() {
        line.clear()
    }

    private var rate: String {
        let seconds = max(start.duration(to: .now).seconds, 1e-9)
        return Format.grouped(Int(Double(samples) / seconds))
    }

    private func text(_ progress: TrainingProgress) -> String {
        let perStep = start.duration(to: .now).seconds / Double(max(steps, 1))
        let rest = Duration.seconds(perStep * Double(progress.stepCount - progress.step))
        return "epoch \(progress.epoch)/\(progress.epochCount), step "
            + "\(Format.grouped(progress.step))/\(Format.grouped(progress.stepCount)), loss "
            + "\(Format.fixed(progress.loss, digits: 4)), \(rate) images/s, "
            + "\(Format.duration(rest)) left"
    }
}

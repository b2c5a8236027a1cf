public import BranchyTraining

/// What is told while a workflow runs, and by which it is stopped.
///
///     let observer = WorkflowObserver { event in
///         if case .images(let task, let done, let count) = event { print(task, done, count) }
///     }
///     try ModelFolder("runs/lenet").calibrate(engine: NativeEngine(), observer: observer)
///
/// Workflows call it on the thread that they run on.
public struct WorkflowObserver {
    private let report: (WorkflowEvent) -> Void
    private let isStopped: () -> Bool

    /// Watches a workflow.
    ///
    /// - Parameters:
    ///   - report: what is done with what is told.
    ///   - isStopped: asked between two steps; the workflow ends with ``Interrupted`` once it says
    ///     so. Without it, a workflow stops where the task that it runs in is cancelled.
    public init(
        report: @escaping (WorkflowEvent) -> Void = { _ in },
        isStopped: @escaping () -> Bool = { Task.isCancelled }
    ) {
        (self.isStopped, self.report) = (isStopped, report)
    }

    /// Whether the workflow is to stop.
    var shouldStop: Bool { isStopped() }

    func tell(_ event: WorkflowEvent) { report(event) }

    /// Tells how many images are done.
    ///
    /// - Throws: ``Interrupted`` where the workflow is to stop.
    package func step(_ task: String, _ done: Int, of count: Int) throws {
        if isStopped() {
            throw Interrupted(
                description: "stopped while \(task), after \(done) of \(count) images")
        }
        report(.images(task: task, done: done, count: count))
    }
}

/// What a workflow tells those who watch it; nothing that they do changes what it comes to.
public enum WorkflowEvent: Sendable {
    /// So many images of a task are done.
    case images(task: String, done: Int, count: Int)
    /// Something that takes minutes begins.
    case began(String)
    /// A training begins, or goes on after some of its steps.
    case training(exitNames: [String], step: Int, stepCount: Int)
    /// A training goes on.
    case trained(TrainingEvent)
    /// Thresholds were chosen, in the middle of something longer.
    case calibrated(CalibrationResult)
    /// What somebody has to know who uses the result.
    case note(String)
}

/// A workflow was stopped by who watches it.
public struct Interrupted: Error, CustomStringConvertible {
    /// What was saved, and how to go on.
    public let description: String

    package init(description: String) {
        self.description = description
    }
}

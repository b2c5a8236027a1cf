import BranchyWorkflow

/// A line on standard error that says how far a long task is.
///
/// On a terminal it is redrawn at most ten times a second; elsewhere a line is printed every ten
/// seconds, so that logs stay short.
struct ProgressLine {
    private let isShown: Bool
    private let isTerminal = StandardError.isTerminal
    private var lastUpdate: ContinuousClock.Instant
    private var isDrawn = false

    init(isShown: Bool) {
        self.isShown = isShown
        // The first two seconds show nothing: most tasks are done by then.
        lastUpdate = .now + .seconds(isTerminal ? 0.4 : 0)
    }

    /// Shows a text, if it is time to.
    mutating func update(_ text: @autoclosure () -> String) {
        guard isShown else { return }
        let now = ContinuousClock.now
        guard lastUpdate.duration(to: now) >= (isTerminal ? .milliseconds(100) : .seconds(10))
        else { return }
        lastUpdate = now
        if isTerminal {
            StandardError.replaceLine(by: text())
            isDrawn = true
        } else {
            StandardError.write(text() + "\n")
        }
    }

    /// Prints a text that stays.
    mutating func note(_ text: String) {
        guard isShown else { return }
        clear()
        StandardError.write(text + "\n")
    }

    /// Takes the line away.
    mutating func clear() {
        if isDrawn { StandardError.replaceLine(by: "") }
        isDrawn = false
    }
}

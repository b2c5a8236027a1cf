/// Answers every sample at one exit.
///
/// Nothing before it is decided: the branches on the way are not run, only the backbone is.
public struct FixedExitPolicy: ExitPolicy, Hashable, Codable {
    /// The exit that answers, counted from 0; the last one is the final exit.
    public var exit: Int

    /// Answers at an exit, counted from 0.
    public init(exit: Int) {
        self.exit = exit
    }

    /// Such as `always exit 1`, counted from 1.
    public var description: String { "always exit \(exit + 1)" }

    /// The exit that answers.
    public var firstExit: Int { exit }

    /// Whether the exit has been reached.
    public func accepts(
        _ observation: ExitObservation, after earlier: Span<ExitObservation>, elapsed: Duration
    ) -> Bool {
        observation.exit >= exit
    }

    /// Requires that there is such an exit.
    public func validate(exitCount: Int) throws(PolicyError) {
        guard (0..<exitCount).contains(exit) else {
            throw PolicyError(
                "there is no exit \(exit &+ 1) in a network with \(exitCount) exits, "
                    + "expected 1 to \(exitCount)")
        }
    }
}

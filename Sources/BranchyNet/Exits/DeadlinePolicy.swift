/// Gives the best answer that is known within a time.
///
/// A stage, which is a piece of backbone with its branch, is not begun where its measured time says
/// that it cannot finish. The first stage always runs, since there is no answer before it. The best
/// answer is that of the **last** exit visited: later exits are right oftener, and probabilities of
/// different exits do not compare. Where the time is up it answers even if that exit's logits are
/// not finite. It is a promise about measured times, not about the machine: a stage that takes
/// longer than measured is waited for.
///
/// References: Huang et al., *Multi-Scale Dense Networks for Resource Efficient Image
/// Classification*, ICLR 2018, section 5.2 (anytime prediction: the most up-to-date prediction).
public struct DeadlinePolicy: ExitPolicy {
    /// The time from the image to the answer, above 0.
    public var deadline: Duration
    /// The measured time to answer at each exit, the final one included; it never falls.
    public var timeToExit: [Duration]
    /// Lets samples leave before the time is up; without it, each goes as far as there is time.
    public var rule: (any ExitPolicy)?

    /// Answers within a time.
    ///
    /// - Parameters:
    ///   - deadline: the time from the image to the answer.
    ///   - timeToExit: the measured time to answer at each exit, every branch on the way included.
    ///   - rule: lets samples leave earlier, such as a ``ThresholdPolicy``; its ``firstExit`` is
    ///     not used, since every exit may have to answer.
    public init(
        _ deadline: Duration, timeToExit: [Duration], orEarlierBy rule: (any ExitPolicy)? = nil
    ) {
        self.deadline = deadline
        self.timeToExit = timeToExit
        self.rule = rule
    }

    /// Such as `entropy below 0.3, within 300.0 µs`.
    public var description: String {
        var microseconds: [UInt8] = []
        microseconds.append(deadline / .microseconds(1), digits: 1)
        return (rule.map { "\($0), " } ?? "")
            + "within \(String(decoding: microseconds, as: UTF8.self)) µs"
    }

    /// Elapsed time is what a deadline is about.
    public var readsTime: Bool { true }

    /// That of the rule.
    public var ensemble: ExitEnsemble? { rule?.ensemble }

    /// Whether the next stage cannot finish in time, or the rule lets the sample leave.
    public func accepts(
        _ observation: ExitObservation, after earlier: Span<ExitObservation>, elapsed: Duration
    ) -> Bool {
        let nextStage = timeToExit[observation.exit + 1] - timeToExit[observation.exit]
        return elapsed + nextStage > deadline
            || rule?.accepts(observation, after: earlier, elapsed: elapsed) ?? false
    }

    /// Requires one time per exit, none below the one before it, and a deadline that the first exit
    /// can keep; and what the rule requires.
    public func validate(exitCount: Int) throws(PolicyError) {
        guard timeToExit.count == exitCount else {
            throw PolicyError(
                "\(timeToExit.count) times to exits for a network with \(exitCount) exits, "
                    + "expected one for each")
        }
        var previous = Duration.zero
        for (exit, time) in timeToExit.enumerated() {
            guard time >= previous else {
                throw PolicyError(
                    "the time to exit \(exit + 1) is \(time), expected at least that of the exit "
                        + "before it, \(previous)")
            }
            previous = time
        }
        guard deadline > .zero, deadline >= timeToExit[0] else {
            throw PolicyError(
                "a deadline of \(deadline), but the first exit answers after \(timeToExit[0]): "
                    + "expected that much or more")
        }
        try rule?.validate(exitCount: exitCount)
    }
}

/// Decides whether a sample leaves at an exit or goes on.
///
/// A policy sees one sample: never its label, never the other samples of a batch. It is not asked
/// at the final exit, which always answers. It must be a pure function of what it is given, so that
/// what is replayed from recorded logits and times is what the predictor does.
///
/// Its description names it and its parameters, as `entropy below 0.3`: that is what is printed of a
/// policy, a user's own too. Without one of its own it is the type's name.
public protocol ExitPolicy: Sendable, CustomStringConvertible {
    /// The first exit that is asked, 0 ..< number of exits; the branches before it are not run.
    var firstExit: Int { get }

    /// Whether the policy looks at the time; a clock is read for no other.
    var readsTime: Bool { get }

    /// What lets exits answer together; `nil` where each is observed alone. Observations of the early
    /// exits are then of the ensemble. Such a policy asks every exit.
    var ensemble: ExitEnsemble? { get }

    /// Whether the sample leaves at the exit that was observed, or the next stage is begun.
    ///
    /// - Parameters:
    ///   - observation: what this exit's logits say.
    ///   - earlier: what the exits before it said, from ``firstExit`` on.
    ///   - elapsed: the time since the image was handed in; zero unless ``readsTime``.
    func accepts(
        _ observation: ExitObservation, after earlier: Span<ExitObservation>, elapsed: Duration
    ) -> Bool

    /// Checks that the policy can serve a network.
    ///
    /// - Throws: ``PolicyError`` where it cannot.
    func validate(exitCount: Int) throws(PolicyError)
}

extension ExitPolicy {
    /// The type's name.
    public var description: String { "\(Self.self)" }

    /// Every exit is asked.
    public var firstExit: Int { 0 }

    /// No time is looked at.
    public var readsTime: Bool { false }

    /// Each exit is observed alone.
    public var ensemble: ExitEnsemble? { nil }
}

/// A policy does not fit a network, or is none.
public struct PolicyError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was expected and found.
    public let message: String

    /// Describes the misfit.
    public init(_ message: String) {
        self.message = message
    }

    /// The message.
    public var description: String { message }
}

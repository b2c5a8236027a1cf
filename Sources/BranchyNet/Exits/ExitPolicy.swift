/// Decides whether a sample leaves at an exit or goes on.
///
/// A policy sees one sample: never its label, never the other samples of a batch. It is not asked
/// at the final exit, which always answers. It must be a pure function, so that what is replayed
/// from recorded logits is what the predictor does.
public protocol ExitPolicy: Sendable {
    /// Whether the sample leaves at the exit that was observed.
    ///
    /// - Parameters:
    ///   - observation: what this exit's logits say.
    ///   - earlier: what the exits before it said, from exit 0 on.
    func accepts(_ observation: ExitObservation, after earlier: Span<ExitObservation>) -> Bool

    /// Checks that the policy can serve a network.
    ///
    /// - Throws: ``PolicyError`` where it cannot.
    func validate(exitCount: Int) throws(PolicyError)
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

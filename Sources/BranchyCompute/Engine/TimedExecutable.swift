/// An executable whose calls can be timed where they run, one after the other.
public protocol TimedExecutable: Executable {
    /// Runs a segment as ``Executable/run(_:in:)`` does, and tells when each call is done.
    ///
    /// - Parameter done: is given the place of the call among ``Executable/implementations``.
    /// - Throws: as ``Executable/run(_:in:)``.
    func run(
        _ segment: Int, in workspace: inout Workspace, done: (_ implementation: Int) -> Void
    ) throws(EngineError)
}

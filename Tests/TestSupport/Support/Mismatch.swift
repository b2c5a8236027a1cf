package import BranchyCompute

/// An engine did not do what the conformance suite expected.
package struct Mismatch: Error, CustomStringConvertible {
    /// What, where, expected and got.
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// Throws unless the body fails with an error of one code.
package func requireFailure(
    _ code: EngineError.Code, _ what: String, _ body: () throws -> Void
) throws {
    do {
        try body()
    } catch let error as EngineError {
        guard error.code == code else {
            throw Mismatch("\(what) failed with another code than expected: \(error)")
        }
        return
    }
    throw Mismatch("\(what) did not fail")
}

/// An operation was given operands that do not fit it.
public struct ShapeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The operation that refused.
    public let operation: Program.Operation
    /// What it was given.
    public let operands: [ValueType]
    /// What it expected.
    public let expected: String

    /// One sentence: operation, what it got and what it expected.
    public var description: String {
        let got = operands.map(\.description).joined(separator: ", ")
        return "\(operation) got (\(got)), expected \(expected)"
    }
}

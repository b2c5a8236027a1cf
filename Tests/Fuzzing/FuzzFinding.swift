/// What a reader did with an input and must not.
package struct FuzzFinding: Error, CustomStringConvertible {
    /// What it was.
    package let description: String

    init(_ description: String) {
        self.description = description
    }

    /// Requires what has to hold of everything that was read.
    static func require(_ condition: Bool, _ otherwise: @autoclosure () -> String) throws {
        guard condition else { throw FuzzFinding(otherwise()) }
    }
}

/// Finds out whether numbers are finite, without a branch for each, which would keep a loop from
/// using vector instructions.
struct FiniteCheck {
    private var exponents: UInt32 = 0

    /// Whether all numbers so far are.
    var isPassed: Bool { exponents == 0 }

    /// Looks at one more number.
    mutating func look(at number: Float) {
        let allOnes: UInt32 = 0x7F80_0000
        exponents |= number.bitPattern & allOnes == allOnes ? 1 : 0
    }
}

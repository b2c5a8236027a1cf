/// Numbers written as text without a string for each.
extension [UInt8] {
    /// Appends decimal digits, with zeros in front where there are fewer than `count`.
    package mutating func append(decimal number: UInt, digits count: Int = 1) {
        let start = self.count
        var rest = number
        repeat {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            append(UInt8(ascii: "0") + UInt8(digit))
            rest = quotient
        } while rest > 0 || self.count < start + count
        self[start...].reverse()
    }

    /// Appends `1234567` as `1,234,567`.
    package mutating func append(grouped number: UInt) {
        guard number >= 1000 else { return append(decimal: number) }
        append(grouped: number / 1000)
        append(UInt8(ascii: ","))
        append(decimal: number % 1000, digits: 3)
    }

    /// Appends a number with a fixed count of digits behind the point.
    package mutating func append(_ number: Double, digits: Int) {
        let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
        let rounded = (abs(number) * scale).rounded()
        // What is not finite or too large for its digits to be told is left to Swift.
        guard rounded < 1e15 else { return append(contentsOf: "\(number)".utf8) }
        if number < 0 && rounded > 0 { append(UInt8(ascii: "-")) }
        let (whole, rest) = UInt(rounded).quotientAndRemainder(dividingBy: UInt(scale))
        append(grouped: whole)
        guard digits > 0 else { return }
        append(UInt8(ascii: "."))
        append(decimal: rest, digits: digits)
    }
}

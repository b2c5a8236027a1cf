/// Rows of numbers in half precision, 5 bits of exponent and 10 of fraction: half the bytes, for what
/// is kept and not computed with.
///
/// Written without the type, which not every processor has: a number times 2^-112 has the half's
/// exponent where a float has its own, and its fraction in front. The compiler makes vectors of it.
package enum HalfFloats {
    /// The largest number that there is; larger ones become it.
    private static let largest: Float = 65_504

    /// Writes numbers as bits, rounded to the nearest.
    ///
    /// - Returns: whether all of them are finite. Others become any number.
    /// - Precondition: there is room for them at `start`.
    package static func narrow(
        _ numbers: Span<Float>, into bits: inout MutableSpan<UInt16>, at start: Int
    ) -> Bool {
        precondition(start >= 0 && bits.count - start >= numbers.count)
        var finite: UInt32 = 0
        for index in numbers.indices {
            // Safety: both have the index, as said above; checks would keep vectors away.
            let number = numbers[unchecked: index]
            // The exponent of what is not finite is all ones.
            finite |= (number.bitPattern & 0x7F80_0000) == 0x7F80_0000 ? 1 : 0
            let scaled = (min(abs(number), largest) * 0x1p-112).bitPattern
            let rounded = (scaled &+ 0xFFF &+ (scaled >> 13 & 1)) >> 13
            let sign = number.bitPattern >> 16 & 0x8000
            bits[unchecked: start + index] = UInt16(truncatingIfNeeded: rounded | sign)
        }
        return finite == 0
    }

    /// Writes the numbers that bits stand for, which are finite.
    ///
    /// - Precondition: there is room for them at `start`.
    package static func widen(
        _ bits: UnsafeRawBufferPointer, into numbers: inout MutableSpan<Float>, at start: Int
    ) {
        let count = bits.count / MemoryLayout<UInt16>.size
        precondition(start >= 0 && numbers.count - start >= count)
        guard let base = bits.baseAddress else { return }
        for index in 0..<count {
            // Safety: `count` numbers lie in `bits`, and there is room, as said above.
            let half = UInt32(
                base.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
            let magnitude = Float(bitPattern: (half & 0x7FFF) << 13) * 0x1p112
            numbers[unchecked: start + index] = Float(
                bitPattern: magnitude.bitPattern | (half & 0x8000) << 16)
        }
    }
}

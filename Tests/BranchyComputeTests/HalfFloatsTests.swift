import BranchyCompute
import Testing

/// Numbers in half precision are those of IEEE 754, whatever the processor has.
struct HalfFloatsTests {
    private func narrow(_ numbers: [Float]) -> (bits: [UInt16], areFinite: Bool) {
        var bits = [UInt16](repeating: 0xABCD, count: numbers.count + 2)
        var span = bits.mutableSpan
        let areFinite = HalfFloats.narrow(numbers.span, into: &span, at: 1)
        return (bits, areFinite)
    }

    private func widen(_ bits: [UInt16]) -> [Float] {
        var numbers = [Float](repeating: -1, count: bits.count + 2)
        var span = numbers.mutableSpan
        bits.withUnsafeBytes { HalfFloats.widen($0, into: &span, at: 1) }
        return numbers
    }

    /// All there are but infinities and NaN.
    @Test func everyFiniteHalfSurvives() {
        let bits = (0...UInt16.max).filter { $0 >> 10 & 0x1F != 0x1F }
        let numbers = widen(bits)
        #expect(numbers.first == -1 && numbers.last == -1)
        let inner = Array(numbers.dropFirst().dropLast())
        #expect(zip(inner, bits).allSatisfy { $0 == Float(half: $1) })
        let (back, areFinite) = narrow(inner)
        #expect(areFinite && back.first == 0xABCD && back.last == 0xABCD)
        #expect(Array(back.dropFirst().dropLast()) == bits)
    }

    /// Between 1 and the next half, 1 + 2^-10, and at the ends of the range.
    @Test(
        arguments: [
            (1 + 0x1p-11, 0x3C00), (1 + 3 * 0x1p-11, 0x3C02), (1 + 0x1.8p-11, 0x3C01),
            (0x1p-25, 0x0000), (0x1.8p-25, 0x0001), (65_504, 0x7BFF), (65_519, 0x7BFF),
            (1e30, 0x7BFF), (-1e30, 0xFBFF), (-0.0, 0x8000),
        ] as [(Float, UInt16)])
    func areRoundedToTheNearestAndCutAtTheLargest(number: Float, bits: UInt16) {
        #expect(narrow([number]).bits[1] == bits)
    }

    @Test(arguments: [Float.infinity, -.infinity, .nan])
    func whatIsNotFiniteIsTold(number: Float) {
        #expect(!narrow([1, number, 2]).areFinite)
    }
}

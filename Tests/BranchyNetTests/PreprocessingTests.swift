import BranchyNet
import Testing

struct PreprocessingTests {
    /// All bytes in each of three channels, one more of each so that no vector ends with them.
    @Test func anImageIsPreparedAsItsBytesAre() {
        let preprocessing = Preprocessing(
            mean: [0.1307, 0, 0.5], standardDeviation: [0.3081, 1, 0.2])
        let plane = (0...256).map { UInt8(truncatingIfNeeded: $0) }
        let bytes = plane + plane.reversed() + plane
        var image = [Float](repeating: .nan, count: bytes.count)
        var span = image.mutableSpan
        preprocessing.prepare(bytes.span, into: &span)
        let expected = bytes.enumerated().map { place, byte in
            preprocessing.apply(to: byte, channel: place / plane.count)
        }
        #expect(image == expected)
    }
}

import BranchyCompute
import BranchyNet
import Testing

struct PreprocessingTests {
    private let preprocessing = Preprocessing(
        mean: [0.1307, 0, 0.5], standardDeviation: [0.3081, 1, 0.2])

    /// All bytes in each of three channels, one more of each so that no vector ends with them.
    @Test func anImageIsPreparedAsItsBytesAre() throws {
        let plane = (0...256).map { UInt8(truncatingIfNeeded: $0) }
        let bytes = plane + plane.reversed() + plane
        var image = [Float](repeating: .nan, count: bytes.count)
        var span = image.mutableSpan
        preprocessing.prepare(bytes.span, into: &span)
        let expected = bytes.enumerated().map { place, byte in
            preprocessing.table[place / plane.count * 256 + Int(byte)]
        }
        #expect(image == expected)
        let tensor = try preprocessing.image(of: bytes, shape: [3, 1, 257])
        #expect(tensor == Tensor([3, 1, 257], expected))
    }

    /// The order of roundings is part of what a trained model means: scale and offset first.
    @Test func theTableIsAProductAndASum() {
        let (mean, deviation): (Float, Float) = (0.1307, 0.3081)
        let expected = (0...255).map { Float($0) * (1 / (255 * deviation)) + -mean / deviation }
        #expect(Array(preprocessing.table[..<256]) == expected)
        #expect(preprocessing.table.count == 3 * 256)
    }

    @Test(arguments: [([3, 1, 2], 5), ([3, 1, 2], 7), ([1, 1, 2], 2), ([], 1), ([4, 1, 1], 4)])
    func refusesImagesOfOtherShapes(dimensions: [Int], count: Int) {
        let failure = #expect(throws: NetworkError.self) {
            try preprocessing.image(
                of: [UInt8](repeating: 0, count: count), shape: Shape(dimensions))
        }
        #expect(failure?.code == .shapeMismatch)
    }
}

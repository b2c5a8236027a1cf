import BranchyCompute
import BranchyImages
import Testing

struct ImageEncoderTests {
    @Test(arguments: [1, 3])
    func whatIsWrittenIsReadAgain(channels: Int) throws {
        let shape: Shape = [channels, 2, 3]
        let pixels = (0..<shape.elementCount).map { UInt8($0 * 13) }
        let file = try ImageEncoder.png(pixels, shape: shape)
        let image = try EncodedImage(file).decoded()
        #expect(image.shape == shape)
        #expect(image.pixels == pixels)
        #expect(try ImageEncoder.png(pixels, shape: shape) == file)
    }

    @Test(arguments: [[2, 2, 3], [1, 2, 2], [3, 4], [1, 0, 3]] as [Shape])
    func refusesWhatIsNoPicture(shape: Shape) {
        #expect(throws: ImageError.self) {
            try ImageEncoder.png([UInt8](repeating: 0, count: 6), shape: shape)
        }
    }
}

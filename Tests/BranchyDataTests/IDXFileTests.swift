import BranchyCompute
import BranchyData
import TestSupport
import Testing

struct IDXFileTests {
    /// Two images of 1x3.
    private let images = SampleBytes.idx([2, 1, 3], [1, 2, 3, 4, 5, 6])

    private func error(of contents: [UInt8]) -> DatasetError? {
        datasetError { _ = try IDXFile(contents: contents, name: "file") }
    }

    @Test func readsSizesAndData() throws {
        let file = try IDXFile(contents: images, name: "file")
        #expect(file.dimensions == [2, 1, 3])
        #expect(file.bytes == [1, 2, 3, 4, 5, 6])
        let stack = try file.asImages()
        #expect(stack.count == 2)
        #expect(stack.imageShape == [1, 1, 3])
    }

    @Test func mayHoldNoImages() throws {
        let file = try IDXFile(contents: SampleBytes.idx([0, 28, 28], []), name: "file")
        #expect(try file.asImages().count == 0)
    }

    @Test func refusesAnEmptyFile() {
        #expect(error(of: [])?.code == .malformedFile)
        #expect(error(of: [])?.message.contains("an empty file") == true)
    }

    @Test func refusesOtherFiles() {
        let text = error(of: Array("P5 28 28 255".utf8))
        #expect(text?.code == .malformedFile)
        #expect(text?.message.contains("found 50352032") == true)
        #expect(error(of: [0, 0, 8])?.code == .malformedFile)
        #expect(error(of: [0, 0, 8, 0])?.code == .malformedFile)
    }

    @Test(
        arguments: [
            (0x09, "signed bytes"), (0x0B, "16-bit integers"), (0x0C, "32-bit integers"),
            (0x0D, "32-bit floats"), (0x0E, "64-bit floats"),
        ] as [(UInt8, String)])
    func namesTheElementsThatItDoesNotRead(type: UInt8, name: String) {
        let error = error(of: SampleBytes.idx([1], [0], type: type))
        #expect(error?.code == .unsupportedFormat)
        #expect(error?.message.contains(name) == true)
    }

    @Test(arguments: [0x00, 0x07, 0x0A, 0xFF] as [UInt8])
    func refusesUnknownElements(type: UInt8) {
        #expect(error(of: SampleBytes.idx([1], [0], type: type))?.code == .malformedFile)
    }

    @Test func refusesEveryTruncation() {
        for count in images.indices {
            #expect(error(of: Array(images[..<count]))?.code == .malformedFile)
        }
    }

    @Test func saysWhatIsMissingAndWhatIsTooMuch() {
        #expect(
            error(of: images.dropLast())?.message
                == "file: is truncated; expected 2x1x3 = 6 bytes of data; found 5. "
                + "The file is not complete: fetch it again")
        #expect(
            error(of: images + [0])?.message
                == "file: has bytes after its data; expected 2x1x3 = 6 bytes of data; found 7. "
                + "The file is damaged: fetch it again")
    }

    @Test(arguments: [
        [1 << 31, 28, 28], [UInt32.max, UInt32.max, UInt32.max], [UInt32.max], [0, 0, 7],
        [UInt32](repeating: UInt32.max, count: 255),
        // No data is claimed, and yet what is left of the sizes is more than 64 bits count.
        [0, UInt32.max, UInt32.max], [UInt32.max, 0, UInt32.max, UInt32.max],
    ])
    func believesNoClaimWithoutTheBytes(dimensions: [UInt32]) {
        #expect(error(of: SampleBytes.idx(dimensions, [1, 2, 3]))?.code == .malformedFile)
    }

    @Test func labelsAreNotImages() throws {
        let labels = try IDXFile(contents: SampleBytes.idx([3], [5, 0, 4]), name: "labels")
        #expect(try labels.asLabels() == [5, 0, 4])
        let error = datasetError { _ = try labels.asImages() }
        #expect(error?.code == .malformedFile)
        #expect(error?.message.contains("3 bytes, which is a file of labels") == true)
    }

    @Test func imagesAreNotLabels() throws {
        let images = try IDXFile(contents: images, name: "images")
        let error = datasetError { _ = try images.asLabels() }
        #expect(error?.code == .malformedFile)
    }

    /// Sizes of nothing: no part of them is more than a shape can be.
    @Test(arguments: [
        [0, UInt32.max, UInt32.max], [UInt32.max, UInt32.max, 0], [0, 0, UInt32.max],
        [0, 1 << 31, 1 << 31], [0, 28, 28], [0, 0, 0],
        [0] + [UInt32](repeating: UInt32.max, count: 254),
    ])
    func aSizeOfZeroHidesNoProduct(dimensions: [UInt32]) {
        do {
            let bytes = SampleBytes.idx(dimensions, [])
            let images = try IDXFile(contents: bytes, name: "file").asImages()
            #expect(images.count == 0)
            #expect(images.imageShape.dimensions == [1] + dimensions.dropFirst().map(Int.init))
        } catch {
            #expect((error as? DatasetError)?.code == .malformedFile)
        }
    }

    @Test(arguments: [[2, 0, 3], [2, 3, 0], [2, 0]] as [[UInt32]])
    func imagesHavePixels(dimensions: [UInt32]) throws {
        let file = try IDXFile(contents: SampleBytes.idx(dimensions, []), name: "flat")
        let error = datasetError { _ = try file.asImages() }
        #expect(error?.code == .malformedFile)
    }

    @Test func survivesEveryBitFlip() {
        forEachBitFlip(of: images) { flipped in
            do {
                let file = try IDXFile(contents: flipped, name: "file")
                #expect(file.bytes.count == 6)
            } catch {
                #expect(error is DatasetError)
            }
        }
    }
}

import BranchyClassifier
import BranchyCompute
import BranchyImages
import BranchyNet
import Foundation
import NativeEngine
import TestSupport
import Testing

/// From a file's bytes to the answer, with models that are shipped.
struct EncodedClassifierTests {
    private static let models = URL(fileURLWithPath: #filePath)
        .appendingPathComponent("../../../Models").standardizedFileURL.path

    private func classifier(_ name: String) throws -> ImageClassifier {
        try ImageClassifier(model: "\(Self.models)/\(name)", engine: NativeEngine())
    }

    private func pixels(_ shape: Shape, seed: UInt64) -> [UInt8] {
        var generator = SeededGenerator(seed: seed)
        return (0..<shape.elementCount).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    @Test(arguments: ["b-lenet-fast", "b-alexnet-fast"])
    func anEncodedImageIsAnsweredAsItsPixels(name: String) throws {
        let classifier = try classifier(name)
        for seed in 0..<5 as Range<UInt64> {
            let pixels = pixels(classifier.inputShape, seed: seed)
            let file = try ImageEncoder.png(pixels, shape: classifier.inputShape)
            let answer = try classifier.classify(file)
            #expect(try answer == classifier.classify(pixels: pixels))
            #expect(try answer == classifier.classify(Data(file)))
            #expect(try classifier.classifyAtEveryExit(file)[answer.exit] == answer)
            #expect(classifier.labels.contains(answer.label))
        }
    }

    @Test(arguments: [1, 8]) func aBatchIsAnsweredInOrder(threads: Int) throws {
        let classifier = try classifier("b-lenet")
        let files = try (0..<30).map { seed in
            try ImageEncoder.png(
                pixels(classifier.inputShape, seed: UInt64(seed)), shape: classifier.inputShape)
        }
        let expected = try files.map { try classifier.classify($0) }
        #expect(try classifier.classify(files, threads: threads) == expected)
        var broken = files
        broken[11] = Array(files[11].dropLast(20))
        broken[20] = [1]
        let failure = #expect(throws: BatchError.self) {
            try classifier.classify(broken, threads: threads)
        }
        #expect(failure?.index == 11)
        #expect((failure?.error as? ImageError)?.code == .malformed)
        #expect(
            failure?.description.hasPrefix("image 11: the image is damaged or incomplete") == true)
    }

    @Test(arguments: [
        ([1, 28, 27], "27 x 28 pixels in gray"), ([3, 28, 28], "28 x 28 pixels in RGB"),
    ])
    func otherSizesAndColoursAreRefused(dimensions: [Int], found: String) throws {
        let shape = Shape(dimensions)
        let file = try ImageEncoder.png(pixels(shape, seed: 1), shape: shape)
        let classifier = try classifier("b-lenet")
        let failure = #expect(throws: NetworkError.self) { try classifier.classify(file) }
        #expect(failure?.code == .shapeMismatch)
        #expect(
            failure?.message
                == "the image has \(found), which is the shape \(shape), but the network 'b-lenet' "
                + "expects 1x28x28; bring it to that size and colour type first")
    }

    @Test(arguments: [[], [0x47, 0x49, 0x46, 0x38]] as [[UInt8]])
    func whatIsNoImageIsRefused(contents: [UInt8]) throws {
        let classifier = try classifier("b-lenet")
        let failure = #expect(throws: ImageError.self) { try classifier.classify(contents) }
        #expect(failure?.code == .unsupportedFormat)
    }

    @Test func anUnknownModelIsRefused() {
        #expect(throws: ModelError.self) {
            try ImageClassifier(model: "no-such-model", engine: NativeEngine())
        }
    }
}

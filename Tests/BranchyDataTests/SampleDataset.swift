import BranchyChecksum
import BranchyCompute
import BranchyData
import TestSupport

/// What a call throws, if it is what this package guarantees to throw.
///
/// Call it outside of `#expect`: within another closure, Swift 6.3.1 runs the closure of a macro's
/// argument in place of the one after it.
func datasetError(_ body: () throws -> Void) -> DatasetError? {
    do {
        try body()
        return nil
    } catch {
        return error as? DatasetError
    }
}

extension SampleBytes {
    /// SHA-256 in hexadecimal.
    static func sha256(_ bytes: [UInt8]) -> String {
        Checksum.sha256(bytes)
    }
}

extension ImageDataset {
    /// The pixels of all images, one after the other.
    var bytes: [UInt8] {
        get throws { try (0..<count).flatMap { try pixels(at: $0) } }
    }
}

/// Small data sets whose pixels say which image they belong to.
enum SampleDataset {
    /// Images of 1x2x2 whose pixels are all the image's number (modulo 256), ten classes in turn.
    static func numbered(_ numbers: Range<Int>) throws -> ImageDataset {
        try ImageDataset(
            name: "numbered", imageShape: [1, 2, 2], classNames: MNIST.classNames,
            pixels: numbers.flatMap { [UInt8](repeating: UInt8($0 % 256), count: 4) },
            labels: numbers.map { UInt8($0 % 10) })
    }
}

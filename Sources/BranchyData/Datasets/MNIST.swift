#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The MNIST handwritten digits: 60,000 training and 10,000 test images of 28 by 28 gray pixels.
///
///     let (train, test) = try MNIST.load(from: "data")
///
/// Nothing is downloaded. The four files are looked for, plain or with `.gz`, in `mnist`, in
/// `MNIST/raw` (where torchvision puts them) and in the folder itself, and their uncompressed
/// contents have to be the published ones.
///
/// # References
/// Yann LeCun, Corinna Cortes, Christopher J. C. Burges: *The MNIST database of handwritten
/// digits*, 1998.
public enum MNIST {
    /// `0` to `9`.
    public static let classNames = (0...9).map(String.init)

    /// One of the two published parts.
    public enum Part: Sendable, CaseIterable {
        /// 60,000 images.
        case train
        /// 10,000 images of other writers.
        case test
    }

    /// Both parts, from a folder of data.
    ///
    /// - Throws: ``DatasetError`` of code `fileNotFound` with the paths that were tried,
    ///   `checksumMismatch` if a file is not the published one, or what ``IDXFile`` throws.
    public static func load(
        from dataFolder: String
    ) throws -> (train: ImageDataset, test: ImageDataset) {
        (try load(.train, from: dataFolder), try load(.test, from: dataFolder))
    }

    /// One part, from a folder of data.
    ///
    /// - Throws: ``DatasetError``, see ``load(from:)``.
    public static func load(_ part: Part, from dataFolder: String) throws -> ImageDataset {
        try ImageDataset(
            name: "mnist", classNames: classNames,
            images: part.images.load(from: dataFolder), labels: part.labels.load(from: dataFolder))
    }
}

extension MNIST.Part {
    fileprivate var images: PublishedFile {
        switch self {
        case .train:
            PublishedFile(
                name: "train-images-idx3-ubyte",
                sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db")
        case .test:
            PublishedFile(
                name: "t10k-images-idx3-ubyte",
                sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7")
        }
    }

    fileprivate var labels: PublishedFile {
        switch self {
        case .train:
            PublishedFile(
                name: "train-labels-idx1-ubyte",
                sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5")
        case .test:
            PublishedFile(
                name: "t10k-labels-idx1-ubyte",
                sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2")
        }
    }
}

/// A file of MNIST, with the SHA-256 of its uncompressed contents.
private struct PublishedFile {
    static let maximumByteCount = 64 << 20
    let name: String
    let sha256: String

    func load(from dataFolder: String) throws -> IDXFile {
        let path = try find(in: dataFolder)
        let contents = try CompressedFile.contents(
            ofFile: path, maximumByteCount: Self.maximumByteCount)
        let found = ContentChecksum.sha256(contents)
        guard found == sha256 else {
            throw DatasetError(
                .checksumMismatch, file: path, "is not the published \(name)",
                expected: "SHA-256 \(sha256) of the uncompressed contents", found: found,
                remedy: "Remove it and fetch it again")
        }
        return try IDXFile(contents: contents, name: path)
    }

    private func find(in dataFolder: String) throws -> String {
        guard FileManager.default.fileExists(atPath: dataFolder) else {
            throw DatasetError(.fileNotFound, file: dataFolder, "there is no such folder")
        }
        let candidates = ["mnist/", "MNIST/raw/", ""].flatMap { folder in
            ["", ".gz"].map { "\(dataFolder)/\(folder)\(name)\($0)" }
        }
        if let path = candidates.first(where: FileManager.default.fileExists) { return path }
        throw DatasetError(
            .fileNotFound, file: dataFolder, "\(name) of MNIST is not there",
            expected: "one of " + candidates.joined(separator: ", "), found: "none of them")
    }
}

/// What tells the editions of CIFAR-10 apart, so that results on one never stand under the name of
/// the other.
package struct CIFAR10Identity {
    /// SHA-256 of the two parts of the JPEG copy: all pixels and then all labels, in the order in
    /// which images of CIFAR-10 stand here.
    package static let jpegChecksums = [
        "train": "49fff4cedeec7e7d9eef1b77a1f84515451de3c9f73921f2d6e91a0021d3a779",
        "test": "19e22676eb6411fb073b12a3b15abc9c3819484c02f575a71108e535fab70a90",
    ]

    private let edition: CIFAR10.Edition
    private let jpegChecksums: [String: String]

    /// What images have to be, to be those of an edition.
    package init(of edition: CIFAR10.Edition, jpegChecksums: [String: String] = jpegChecksums) {
        self.edition = edition
        self.jpegChecksums = jpegChecksums
    }

    /// Checks what a file or folder held.
    ///
    /// - Throws: ``DatasetError`` of code `checksumMismatch`.
    package func check(
        _ train: ImageDataset, _ test: ImageDataset, from path: String
    ) throws {
        for (part, dataset) in [("train", train), ("test", test)] {
            switch edition {
            case .jpegCopy: try checkJPEGCopy(dataset, part, path)
            case .published: try checkPublished(dataset, part, path)
            }
        }
    }

    private func checkJPEGCopy(_ dataset: ImageDataset, _ part: String, _ path: String) throws {
        let expected = jpegChecksums[part] ?? "none"
        guard dataset.checksum == expected else {
            throw DatasetError(
                .checksumMismatch, file: path, "does not hold the \(part) images of the JPEG copy",
                expected: "SHA-256 \(expected) of pixels and labels", found: dataset.checksum,
                remedy: "If these are the published images, their name is 'cifar10'")
        }
    }

    private func checkPublished(_ dataset: ImageDataset, _ part: String, _ path: String) throws {
        guard dataset.checksum != jpegChecksums[part] else {
            throw DatasetError(
                .checksumMismatch, file: path,
                "holds the \(part) images of the JPEG copy, not the published ones",
                remedy: "The name of that data set is 'cifar10-jpeg'")
        }
        try dataset.checkIsBalanced(part, of: path)
    }
}

extension ImageDataset {
    /// Requires as many images of each class, as the published parts have.
    ///
    /// - Throws: ``DatasetError`` of code `checksumMismatch`.
    func checkIsBalanced(_ part: String, of path: String) throws {
        let counts = labels.reduce(into: Array(repeating: 0, count: classNames.count)) {
            $0[Int($1)] += 1
        }
        guard Set(counts).count == 1 else {
            let found = counts.prefix(20).map(String.init).joined(separator: ", ")
            throw DatasetError(
                .checksumMismatch, file: path, "does not hold the published \(part) images",
                expected: "as many images of each class",
                found: found + (counts.count > 20 ? ", ..." : ""))
        }
    }
}

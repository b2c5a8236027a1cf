import BranchyChecksum
import BranchyCompute

/// The files of a version of CIFAR, in their archive or unpacked.
package struct CIFARFiles {
    let path: String
    let isArchive: Bool
    let version: CIFARVersion
    let labelling: CIFARLabelling

    /// Describes files.
    ///
    /// - Parameters:
    ///   - path: of the archive, or of the folder of unpacked files.
    ///   - labelling: which labels are asked for.
    package init(
        path: String, isArchive: Bool, version: CIFARVersion, labelling: CIFARLabelling
    ) {
        (self.path, self.isArchive) = (path, isArchive)
        (self.version, self.labelling) = (version, labelling)
    }

    /// The file by which the place is known.
    var landmark: String { isArchive ? path : "\(path)/\(version.train[0].name)" }

    var exists: Bool { FileKind(at: landmark) == .file }

    /// Whether published checksums are compared when the files are read. Where not, only sizes and
    /// labels are checked.
    package var isVerified: Bool { isArchive || version.hasFileChecksums }

    /// Both parts.
    ///
    /// - Parameter name: what the data is called in results.
    /// - Throws: ``DatasetError`` of code `checksumMismatch` for another file than the published
    ///   one, `malformedFile` for another length or a label out of range, and what reading throws.
    package func read(name: String) throws -> (train: ImageDataset, test: ImageDataset) {
        guard isArchive else {
            return (try folderPart(version.train, name), try folderPart(version.test, name))
        }
        try checkArchive()
        let contents = try archiveContents()
        return (
            try dataset(of: version.train, name) { contents[$0.name] },
            try dataset(of: version.test, name) { contents[$0.name] }
        )
    }

    private func folderPart(_ batches: [CIFARVersion.Batch], _ name: String) throws -> ImageDataset
    {
        try dataset(of: batches, name) { batch in
            let file = "\(path)/\(batch.name)"
            // One byte more, so that a longer file is refused for its length.
            let bytes = try CompressedFile.contents(
                ofFile: file, maximumByteCount: byteLimit(of: batch) + 1)
            try check(bytes, of: batch, file: file)
            return bytes
        }
    }

    /// The files of the archive, by name.
    private func archiveContents() throws -> [String: [UInt8]] {
        let batches = version.train + version.test
        let total = batches.reduce(1 << 22) { $0 + byteLimit(of: $1) }
        let archive = try ArchiveFile(path, maximumByteCount: total)
        var contents: [String: [UInt8]] = [:]
        while let member = try archive.next() {
            let file = member.path.last?.text ?? ""
            guard !member.isFolder, let batch = batches.first(where: { $0.name == file }) else {
                continue
            }
            contents[file] = try archive.contents(maximumByteCount: byteLimit(of: batch))
        }
        return contents
    }

    /// More than a file of so many images has: beside pixels, Python's have labels and names.
    private func byteLimit(of batch: CIFARVersion.Batch) -> Int {
        switch version.format {
        case .binary: batch.imageCount * labelling.recordByteCount
        case .python: batch.imageCount * (CIFAR10.imageShape.elementCount + 256) + (1 << 16)
        }
    }

    private func dataset(
        of batches: [CIFARVersion.Batch], _ name: String,
        contents: (CIFARVersion.Batch) throws -> [UInt8]?
    ) throws -> ImageDataset {
        var images = UnorderedImages()
        images.reserve(
            batches.reduce(0) { $0 + $1.imageCount }, imagesOf: CIFAR10.imageShape)
        for batch in batches {
            guard let bytes = try contents(batch) else {
                throw DatasetError(
                    .malformedFile, file: path, "is not the archive of \(labelling.title)",
                    expected: batch.name, found: "none of that name")
            }
            try images.append(
                bytes, as: version.format, labelling, count: batch.imageCount,
                file: "\(path)/\(batch.name)")
        }
        return try images.dataset(
            name: name, imageShape: CIFAR10.imageShape, classNames: labelling.classNames)
    }
}

// MARK: - Checksums

extension CIFARFiles {
    private static let remedy =
        "Move it away; `branchynet datasets fetch` fetches the published one"

    private func checkArchive() throws {
        let found = try CompressedFile.sha256(ofFile: path)
        guard found == version.archiveChecksum else {
            throw DatasetError(
                .checksumMismatch, file: path, "is not the published archive",
                expected: "SHA-256 \(version.archiveChecksum)", found: found, remedy: Self.remedy)
        }
    }

    private func check(
        _ bytes: [UInt8], of batch: CIFARVersion.Batch, file: String
    ) throws {
        guard let expected = batch.md5 else { return }
        let found = Checksum.md5(bytes)
        guard found == expected else {
            throw DatasetError(
                .checksumMismatch, file: file, "is not the published file",
                expected: "MD5 \(expected)", found: found, remedy: Self.remedy)
        }
    }
}

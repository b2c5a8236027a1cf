import BranchyCompute

/// Where the images of an edition of CIFAR-10 stand, and how.
package struct CIFAR10Source {
    package enum Layout: Sendable {
        /// A folder of the six binary files.
        case binaryFolder
        /// The published archive of the six binary files.
        case binaryArchive
        /// An archive of `SPLIT/CLASS/NUMBER.jpg`.
        case imageArchive
    }

    /// SHA-256 of `cifar-10-binary.tar.gz`, 170,052,171 bytes.
    package static let archiveChecksum =
        "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"
    private static let batchFolder = "cifar-10-batches-bin"

    let path: String
    let layout: Layout
    /// What the archive of the binary files has to have.
    let archiveChecksum: String
    /// How many images a binary file holds.
    let recordCount: Int

    package init(
        path: String, layout: Layout, archiveChecksum: String = archiveChecksum,
        recordCount: Int = 10_000
    ) {
        self.path = path
        self.layout = layout
        self.archiveChecksum = archiveChecksum
        self.recordCount = recordCount
    }

    /// The first place in a folder of data that has the images.
    static func find(_ edition: CIFAR10.Edition, in dataFolder: String) throws -> CIFAR10Source {
        guard FileKind(at: dataFolder) == .folder else {
            throw DatasetError(
                .fileNotFound, file: dataFolder, "there is no such folder",
                remedy: remedy(edition, dataFolder))
        }
        let candidates = places(of: edition).map {
            CIFAR10Source(path: dataFolder + $0.path, layout: $0.layout)
        }
        if let source = candidates.first(where: \.exists) { return source }
        throw DatasetError(
            .fileNotFound, file: dataFolder, "\(edition.rawValue) is not there",
            expected: "one of " + candidates.map(\.landmark).joined(separator: ", "),
            found: "none of them", remedy: remedy(edition, dataFolder))
    }

    /// Only the published edition can be fetched.
    private static func remedy(_ edition: CIFAR10.Edition, _ dataFolder: String) -> String? {
        guard edition == .published else { return nil }
        return "`branchynet datasets fetch cifar10 --data-dir \(dataFolder)` fetches it"
    }

    private static func places(of edition: CIFAR10.Edition) -> [(path: String, layout: Layout)] {
        let own = "/" + edition.rawValue
        let folders = ["\(own)/\(batchFolder)", "/\(batchFolder)", own, ""]
            .map { ($0, Layout.binaryFolder) }
        switch edition {
        case .published:
            let name = "/cifar-10-binary.tar.gz"
            return [(own + name, .binaryArchive), (name, .binaryArchive)] + folders
        case .jpegCopy:
            let name = "/cifar10-jpeg.tar.gz"
            return [(own + name, .imageArchive), (name, .imageArchive)] + folders
        }
    }

    private var exists: Bool { FileKind(at: landmark) == .file }

    /// The file by which the place is known.
    private var landmark: String {
        layout == .binaryFolder ? "\(path)/\(Self.trainFiles[0])" : path
    }

    private static let trainFiles = (1...5).map { "data_batch_\($0).bin" }
    private static let testFiles = ["test_batch.bin"]

    /// Both parts; which images they really are, is still to be checked.
    package func read(
        as edition: CIFAR10.Edition
    ) throws -> (train: ImageDataset, test: ImageDataset) {
        switch layout {
        case .imageArchive:
            return try ImageFolder.load(
                from: path, name: edition.rawValue, limits: Self.imageArchiveLimits)
        case .binaryArchive: return try readArchive(name: edition.rawValue)
        case .binaryFolder:
            let name = edition == .published ? "cifar10 (unverified)" : edition.rawValue
            return (try readFolder(Self.trainFiles, name), try readFolder(Self.testFiles, name))
        }
    }

    /// Whoever makes such an archive, only pixels tell whether it is the right one, and these only
    /// once they are decoded. So it may not be much larger than it can be: 60,000 images of 3 KiB,
    /// each with a header.
    private static var imageArchiveLimits: ImageFolder.Limits {
        var limits = ImageFolder.Limits()
        limits.pixelCount = 32 * 32
        limits.fileByteCount = 1 << 16
        limits.totalByteCount = 1 << 28
        return limits
    }

    private func readFolder(_ files: [String], _ name: String) throws -> ImageDataset {
        try dataset(of: files, name) { file in
            // One byte more, so that a longer file is refused for its length.
            try CompressedFile.contents(
                ofFile: "\(path)/\(file)", maximumByteCount: fileByteCount + 1)
        }
    }

    private func readArchive(name: String) throws -> (train: ImageDataset, test: ImageDataset) {
        let found = try CompressedFile.sha256(ofFile: path)
        guard found == archiveChecksum else {
            throw DatasetError(
                .checksumMismatch, file: path, "is not the published archive",
                expected: "SHA-256 \(archiveChecksum)", found: found,
                remedy: "Move it away; `branchynet datasets fetch` fetches the published one")
        }
        let contents = try archiveContents()
        return (
            try dataset(of: Self.trainFiles, name) { contents[$0] },
            try dataset(of: Self.testFiles, name) { contents[$0] }
        )
    }

    /// The binary files of the archive, by name.
    private func archiveContents() throws -> [String: [UInt8]] {
        let archive = try TarFile(path, maximumByteCount: 8 * fileByteCount + (1 << 20))
        var contents: [String: [UInt8]] = [:]
        while let member = try archive.next() {
            let file = member.path.last?.text ?? ""
            guard (Self.trainFiles + Self.testFiles).contains(file) else { continue }
            contents[file] = try archive.contents(maximumByteCount: fileByteCount)
        }
        return contents
    }

    private var fileByteCount: Int { CIFARRecord.byteCount * recordCount }

    /// The images of some binary files.
    private func dataset(
        of files: [String], _ name: String, contents: (String) throws -> [UInt8]?
    ) throws -> ImageDataset {
        var images = UnorderedImages()
        images.reserve(files.count * recordCount, imagesOf: CIFAR10.imageShape)
        for file in files {
            guard let bytes = try contents(file) else {
                throw DatasetError(
                    .malformedFile, file: path, "is not the archive of CIFAR-10",
                    expected: file, found: "none of that name")
            }
            try images.append(recordsOf: bytes, count: recordCount, file: "\(path)/\(file)")
        }
        return try images.dataset(
            name: name, imageShape: CIFAR10.imageShape, classNames: CIFAR10.classNames)
    }
}

/// The four files of a sorting of EMNIST, in the archive or unpacked.
package struct EMNISTFiles {
    /// The largest of them has 697,932 images.
    private static let maximumByteCount = 1 << 30
    /// Where unpacked files are looked for, in the folder of data.
    private static let folders = ["emnist/", "emnist/gzip/", "EMNIST/raw/", ""]

    private let labelling: IDXLabelling
    private let archive: PublishedFile
    /// Images and labels to learn from, then those to test on.
    private let names: [String]

    /// The files of a sorting.
    ///
    /// - Parameter archive: the published one, but in tests.
    package init(_ sorting: EMNIST.Sorting, archive: PublishedFile = KnownDataset.emnistArchive) {
        labelling = IDXLabelling(
            name: sorting.datasetName, classNames: sorting.classNames,
            namesClasses: sorting.namesClasses, firstLabel: sorting == .letters ? 1 : 0,
            isTransposed: true)
        self.archive = archive
        names = ["train-images-idx3", "train-labels-idx1", "test-images-idx3", "test-labels-idx1"]
            .map { "\(sorting.datasetName)-\($0)-ubyte" }
    }

    /// Both parts.
    package func load(from dataFolder: String) throws -> (train: ImageDataset, test: ImageDataset) {
        if let path = archive.path(in: dataFolder) {
            try archive.check(fileAt: path)
            return try parts(of: contents(ofArchive: path), isVerified: true)
        }
        let files = try unpacked(in: dataFolder).map { try IDXFile(path: $0) }
        return try parts(of: files, isVerified: false)
    }

    /// Whether the files are there without their archive.
    func isUnpacked(in dataFolder: String) -> Bool {
        (try? unpacked(in: dataFolder)) != nil
    }

    private func parts(
        of files: [IDXFile], isVerified: Bool
    ) throws -> (train: ImageDataset, test: ImageDataset) {
        (
            try labelling.dataset(images: files[0], labels: files[1], isVerified: isVerified),
            try labelling.dataset(images: files[2], labels: files[3], isVerified: isVerified)
        )
    }

    private func contents(ofArchive path: String) throws -> [IDXFile] {
        let members = names.map { "gzip/\($0).gz" }
        var contents = try ZipFile.contents(
            of: Set(members), in: path, maximumByteCount: Self.maximumByteCount)
        return try members.map { member in
            let name = "\(path): \(member)"
            // Taken out, so that it is gone from memory as soon as it is uncompressed.
            guard let bytes = contents.removeValue(forKey: member) else {
                throw DatasetError(
                    .malformedFile, file: path, "is not the archive of EMNIST", expected: member,
                    found: "none of that name")
            }
            let data = try GzipBytes.contents(
                of: bytes, name: name, maximumByteCount: Self.maximumByteCount)
            return try IDXFile(contents: data, name: name)
        }
    }

    private func unpacked(in dataFolder: String) throws -> [String] {
        try names.map { name in
            let places = Self.folders.flatMap { folder in
                ["", ".gz"].map { "\(dataFolder)/\(folder)\(name)\($0)" }
            }
            if let path = places.first(where: { FileKind(at: $0) != nil }) { return path }
            throw MissingFile(
                dataset: labelling.name, title: labelling.name, dataFolder: dataFolder
            )
            .error(name, expected: archive.candidates(in: dataFolder) + places)
        }
    }
}

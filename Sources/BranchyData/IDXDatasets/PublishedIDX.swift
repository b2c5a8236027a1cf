import BranchyNet

/// A data set in the layout of MNIST, of which each of the four files is published by itself.
package struct PublishedIDX: Sendable {
    private let labelling: IDXLabelling
    /// Images and labels to learn from, then those to test on.
    private let files: [PublishedFile]

    /// Describes a data set of four files: images and labels to learn from, then those to test on.
    package init(labelling: IDXLabelling, files: [PublishedFile]) {
        (self.labelling, self.files) = (labelling, files)
    }

    /// Where a file is, and whether it is there as it is published.
    private struct Place {
        let file: PublishedFile
        let path: String
        let isPublished: Bool
    }

    /// Both parts, from a folder of data.
    ///
    /// The compressed files have to be the published ones. Where a file is there without its `.gz`
    /// only, nothing is known of its contents, and the data is called unverified.
    ///
    /// - Throws: ``DatasetError`` of code `fileNotFound` with the paths that were tried,
    ///   `checksumMismatch` if a compressed file is not the published one, or what ``IDXFile``
    ///   throws.
    package func load(from dataFolder: String) throws -> (train: ImageDataset, test: ImageDataset) {
        let places = try files.map { try place(of: $0, in: dataFolder) }
        let isVerified = places.allSatisfy(\.isPublished)
        let contents = try places.map(read)
        return (
            try labelling.dataset(
                images: contents[0], labels: contents[1], isVerified: isVerified),
            try labelling.dataset(images: contents[2], labels: contents[3], isVerified: isVerified)
        )
    }

    /// Whether every file is there, in one form or the other.
    func isThere(in dataFolder: String) -> Bool {
        files.allSatisfy { (try? place(of: $0, in: dataFolder)) != nil }
    }

    private func place(of file: PublishedFile, in dataFolder: String) throws -> Place {
        if let path = file.path(in: dataFolder) {
            return Place(file: file, path: path, isPublished: true)
        }
        let unpacked = file.unpackedCandidates(in: dataFolder)
        if let path = unpacked.first(where: { FileKind(at: $0) != nil }) {
            return Place(file: file, path: path, isPublished: false)
        }
        throw MissingFile(
            dataset: labelling.name, title: labelling.name, dataFolder: dataFolder
        ).error(file.contentsName, expected: file.candidates(in: dataFolder) + unpacked)
    }

    private func read(_ place: Place) throws -> IDXFile {
        if place.isPublished { try place.file.check(fileAt: place.path) }
        return try IDXFile(path: place.path)
    }
}

/// What is said where a file of a data set that can be fetched is nowhere.
struct MissingFile {
    /// What the data set is asked for by.
    let dataset: String
    /// What people call it.
    let title: String
    let dataFolder: String

    func error(_ file: String, expected: [String]) -> DatasetError {
        let folder = dataFolder.shellWord
        let remedy = "`branchynet datasets fetch \(dataset) --data-dir \(folder)` fetches it"
        guard FileKind(at: dataFolder) != nil else {
            return DatasetError(
                .fileNotFound, file: dataFolder, "there is no such folder", remedy: remedy)
        }
        return DatasetError(
            .fileNotFound, file: dataFolder, "\(file) of \(title) is not there",
            expected: "one of " + expected.joined(separator: ", "), found: "none of them",
            remedy: remedy)
    }
}

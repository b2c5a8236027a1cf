import BranchyNet

/// Looks for CIFAR in a folder of data.
struct CIFARPlaces {
    /// What it is asked for by.
    let name: String
    /// Whether the program can fetch it.
    let isFetched: Bool
    let dataFolder: String

    init(name: String, isFetched: Bool, _ dataFolder: String) {
        (self.name, self.isFetched, self.dataFolder) = (name, isFetched, dataFolder)
    }

    /// Where a version is looked for, in this order: its archive, then its unpacked files.
    ///
    /// - Parameter own: the folder that is named as the data set is.
    static func candidates(
        _ version: CIFARVersion, _ labelling: CIFARLabelling, own: String, in dataFolder: String
    ) -> [CIFARFiles] {
        let archives = ["\(own)/", ""].map { "\(dataFolder)/\($0)\(version.archive)" }
        var folders = ["\(own)/\(version.folder)", version.folder, own]
            .map { "\(dataFolder)/\($0)" }
        // `train.bin` may be anything, where no folder says what it is.
        if version.hasTellingNames { folders.append(dataFolder) }
        return archives.map {
            CIFARFiles(path: $0, isArchive: true, version: version, labelling: labelling)
        }
            + folders.map {
                CIFARFiles(path: $0, isArchive: false, version: version, labelling: labelling)
            }
    }

    /// The first of some places that is there.
    ///
    /// - Parameter landmark: the file by which a place is known.
    /// - Throws: ``DatasetError`` of code `fileNotFound`, with all of them.
    func first<Place>(of places: [Place], at landmark: (Place) -> String) throws -> Place {
        guard FileKind(at: dataFolder) == .folder else {
            throw DatasetError(
                .fileNotFound, file: dataFolder, "there is no such folder", remedy: remedy)
        }
        if let place = places.first(where: { FileKind(at: landmark($0)) == .file }) { return place }
        throw DatasetError(
            .fileNotFound, file: dataFolder, "\(name) is not there",
            expected: "one of " + places.map(landmark).joined(separator: ", "),
            found: "none of them", remedy: remedy)
    }

    private var remedy: String? {
        guard isFetched else { return nil }
        return "`branchynet datasets fetch \(name) --data-dir \(dataFolder.shellWord)` fetches it"
    }
}

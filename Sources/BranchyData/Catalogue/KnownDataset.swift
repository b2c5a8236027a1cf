public import BranchyCompute

/// A data set that can be asked for by name: what it is, and where its files come from.
///
/// Nothing is downloaded here; the program does that.
public struct KnownDataset: Sendable {
    /// How the images come to a machine.
    public enum Origin: Hashable, Sendable {
        /// The program draws them, and always has them.
        case drawn
        /// The files can be fetched from mirrors, which are tried in order: each URL ends in `/`,
        /// and a file's name follows it.
        case published([PublishedFile], mirrors: [String])
        /// The files are a user's own copy; the text says what belongs where.
        case ownCopy(String)
    }

    /// What it is asked for by, such as `mnist`.
    public let name: String
    /// What it is, in a few words.
    public let title: String
    /// The shape of an image: `[channels, height, width]`.
    public let imageShape: Shape
    /// What the classes are called; a label is an index into these.
    public let classNames: [String]
    /// How many images there are to learn from.
    public let trainCount: Int
    /// How many images there are to test on.
    public let testCount: Int
    /// Under which terms it may be used, as far as its publishers say.
    public let licence: String
    /// Who made it.
    public let source: String
    /// How the images come to a machine.
    public let origin: Origin
    /// Whether it is in a folder of data sets in another form than that of its published files.
    var isUnpacked: @Sendable (String) -> Bool = { _ in false }
    /// Reads both parts from a folder of data sets.
    let read: @Sendable (String) throws -> (train: ImageDataset, test: ImageDataset)
}

extension KnownDataset {
    /// The files that can be fetched; none where it is not published.
    public var files: [PublishedFile] {
        guard case .published(let files, _) = origin else { return [] }
        return files
    }

    /// From where, in this order.
    public var mirrors: [String] {
        guard case .published(_, let mirrors) = origin else { return [] }
        return mirrors
    }

    /// Reads the part to learn from and the part to test on.
    ///
    /// - Parameter dataFolder: a folder of data sets, which holds `mnist` for instance.
    /// - Throws: ``DatasetError`` where the data set is not there, or is not the published one.
    public func load(
        from dataFolder: String
    ) throws -> (train: ImageDataset, test: ImageDataset) {
        try read(dataFolder)
    }

    /// The data set of a name.
    ///
    /// - Throws: ``DatasetError`` of code `fileNotFound`, which says what name is nearest.
    public static func named(_ name: String) throws -> KnownDataset {
        if let dataset = known.first(where: { $0.name == name }) { return dataset }
        let names = known.map(\.name)
        let nearest = names.min { name.editDistance(to: $0) < name.editDistance(to: $1) } ?? ""
        throw DatasetError(
            .fileNotFound,
            "there is no data set '\(name)'; the nearest name is \(nearest), known are "
                + names.joined(separator: ", "))
    }
}

extension String {
    /// How many characters have to be inserted, removed or replaced (Levenshtein) to make another
    /// text of this one; of long texts only the beginning is compared.
    func editDistance(to other: String) -> Int {
        let (source, target) = (Array(prefix(64)), Array(other.prefix(64)))
        var row = Array(0...target.count)
        for (line, character) in source.enumerated() {
            var diagonal = row[0]
            row[0] = line + 1
            for (column, wanted) in target.enumerated() {
                let replaced = diagonal + (character == wanted ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = Swift.min(replaced, diagonal + 1, row[column] + 1)
            }
        }
        return row[target.count]
    }
}

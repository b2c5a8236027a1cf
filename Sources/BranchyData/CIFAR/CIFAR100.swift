/// CIFAR-100: 50,000 training and 10,000 test images of 32 by 32 pixels, in a hundred classes or in
/// twenty coarser ones.
///
///     let (train, test) = try CIFAR100.load(.fine, from: "data")
///
/// Read from the archive of the binary version or of the one for Python, which has to have its
/// SHA-256, or from their files. Of Python's files the MD5 is published, and has to be theirs; of
/// binary ones only sizes, labels and the number of images per class are checked, and the data is
/// called `cifar100 (unverified)`. Images stand in the order of the SHA-256 of their pixels.
///
/// # References
/// Alex Krizhevsky: *Learning Multiple Layers of Features from Tiny Images*, 2009.
public enum CIFAR100 {
    /// By which labels images are sorted; the raw value is the name of the data set.
    public enum Classes: String, CaseIterable, Sendable {
        /// A hundred kinds, from `apple` to `worm`.
        case fine = "cifar100"
        /// Twenty groups of five kinds each, from `aquatic_mammals` to `vehicles_2`.
        case coarse = "cifar100-coarse"

        /// What the classes are called, as the publisher writes them.
        public var names: [String] { self == .fine ? CIFAR100.fineNames : CIFAR100.coarseNames }
    }

    /// The folder that both are looked for in.
    private static let folder = Classes.fine.rawValue

    /// Both parts, from a folder of data.
    ///
    /// - Throws: ``DatasetError`` of code `fileNotFound` with the paths that were tried;
    ///   `malformedFile` for a file of another length or with a label out of range;
    ///   `checksumMismatch` for another file than the published one.
    public static func load(
        _ classes: Classes, from dataFolder: String
    ) throws -> (train: ImageDataset, test: ImageDataset) {
        let files = try find(classes, in: dataFolder)
        let parts = try files.read(
            name: classes.rawValue + (files.isVerified ? "" : " (unverified)"))
        try parts.train.checkIsBalanced("train", of: files.path)
        try parts.test.checkIsBalanced("test", of: files.path)
        return parts
    }

    /// The first place in a folder of data that has the images.
    static func find(_ classes: Classes, in dataFolder: String) throws -> CIFARFiles {
        let candidates = [CIFARVersion.binary100, .python100].flatMap {
            CIFARPlaces.candidates($0, .hundred(classes), own: folder, in: dataFolder)
        }
        return try CIFARPlaces(name: classes.rawValue, isFetched: true, dataFolder)
            .first(of: candidates, at: \.landmark)
    }
}

/// EMNIST: handwritten characters of 28 by 28 gray pixels, sorted in six ways.
///
///     let (train, test) = try EMNIST.load(.letters, from: "data")
///
/// Read from the published archive `gzip.zip`, which has to have its SHA-256, or from its files
/// where these are unpacked; of those nothing is known, and the data is called unverified. The files
/// have rows for columns; here images stand upright. Labels of letters count from 1 in the files, and
/// from 0 here.
///
/// # References
/// Gregory Cohen, Saeed Afshar, Jonathan Tapson, André van Schaik: *EMNIST: Extending MNIST to
/// handwritten letters*, IJCNN 2017.
public enum EMNIST {
    /// How characters are sorted; the raw value is what the files are called.
    public enum Sorting: String, CaseIterable, Sendable {
        /// Digits and letters of 47 classes with as many images each.
        case balanced
        /// Digits, capital and small letters: 62 classes.
        case byClass = "byclass"
        /// The same, in 47 classes: small letters that look like capital ones are among these.
        case byMerge = "bymerge"
        /// Letters of 26 classes, capital and small ones together.
        case letters
        /// Digits.
        case digits
        /// Digits, as many as MNIST has.
        case mnist

        /// The name of the data set, such as `emnist-letters`.
        public var datasetName: String { "emnist-\(rawValue)" }

        /// What the classes are called: their characters, as in the published mappings.
        public var classNames: [String] {
            switch self {
            case .digits, .mnist: MNIST.classNames
            case .letters: zip(EMNIST.capitals, EMNIST.smalls).map { $0 + $1 }
            case .byClass: MNIST.classNames + EMNIST.capitals + EMNIST.smalls
            case .balanced, .byMerge:
                MNIST.classNames + EMNIST.capitals + "abdefghnqrt".map(String.init)
            }
        }

        /// MNIST's labels are numbers and no names, and so are these.
        var namesClasses: Bool { self != .digits && self != .mnist }
    }

    private static let capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".map(String.init)
    private static let smalls = "abcdefghijklmnopqrstuvwxyz".map(String.init)

    /// Both parts, from a folder of data.
    ///
    /// - Throws: ``DatasetError`` of code `fileNotFound` with the paths that were tried,
    ///   `checksumMismatch` if the archive is not the published one, or what ``IDXFile`` throws.
    public static func load(
        _ sorting: Sorting, from dataFolder: String
    ) throws -> (train: ImageDataset, test: ImageDataset) {
        try EMNISTFiles(sorting).load(from: dataFolder)
    }
}

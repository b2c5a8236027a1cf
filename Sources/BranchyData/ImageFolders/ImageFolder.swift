import BranchyImages

/// Images of one's own, in a folder or an archive.
///
///     let (train, test) = try ImageFolder.load(from: "flowers", name: "flowers")
///
/// A folder has `train/CLASS/IMAGE` and `test/CLASS/IMAGE`, or `CLASS/IMAGE` alone; ``FolderLayout``
/// tells which spellings there are, and ``ImageFolderSurvey`` what is in a folder. Where there is no
/// `test`, `val` takes its place, and where there is neither, a share of each class does. Images are
/// told by their contents. All have one size and the same channels, or a ``Request`` says what they
/// become. The order of files means nothing.
///
/// An archive is a tar file, plain or compressed with gzip, or a zip file, of such a folder. It is held
/// in memory as it is: nothing is written to disk, and an archive with links, devices or paths out of
/// it is refused as a whole. A folder and an archive of it give the same data set. Names of classes and
/// images are UTF-8; one that is not is refused.
public enum ImageFolder {
    /// What is refused rather than read.
    public struct Limits: Hashable, Sendable {
        /// How many bytes one image file may have.
        public var fileByteCount = 1 << 26
        /// How many pixels one image may have.
        public var pixelCount = EncodedImage.usualPixelLimit
        /// How many bytes all images may have together, once they are decoded; and how many an
        /// archive may have, once it is uncompressed.
        public var totalByteCount = 1 << 33

        /// 64 MiB a file, 64 megapixels an image, 8 GiB in all.
        public init() {}

        /// 64 MiB a file, 64 megapixels an image, and so many bytes in all that loading takes no more
        /// memory than is given: images are held three times while they are sorted.
        public init(memoryByteCount: Int) {
            totalByteCount = memoryByteCount / 3
        }

        /// How a user of the program gets along with more in all.
        static let remedy = "`--memory-limit` allows more: three times as much"
    }

    /// The largest number of classes that there can be.
    public static let classLimit = ImageDataset.classLimit

    /// Both parts, as they are.
    ///
    /// - Parameters:
    ///   - path: a folder, or an archive.
    ///   - name: what the data is called in results.
    ///   - limits: what is refused rather than read.
    /// - Throws: ``DatasetError`` of code `fileNotFound`, `unreadableFile`; `invalidDataset` if a
    ///   class is empty or in one part only, there are too many, or images differ in size or colour
    ///   type; `invalidSplit` if an image is in both parts; `malformedFile` or `unsupportedFormat` if an image does not
    ///   decode or the archive holds what it must not; `limitExceeded`.
    public static func load(
        from path: String, name: String, limits: Limits = Limits()
    ) throws -> (train: ImageDataset, test: ImageDataset) {
        var request = Request()
        request.limits = limits
        return try load(ImageFolderSurvey(of: path, limits: limits), name: name, request)
    }
}

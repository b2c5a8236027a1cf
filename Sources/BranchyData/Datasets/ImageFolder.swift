/// Images of one's own: `train/CLASS/IMAGE` and `test/CLASS/IMAGE`, in a folder or a tar archive.
///
///     let (train, test) = try ImageFolder.load(from: "flowers.tar.gz", name: "flowers")
///
/// Where there is no `test`, `val` takes its place. Classes are the names of their folders, sorted.
/// Images are PNG or JPEG files, by the endings `.png`, `.jpg` and `.jpeg`; other files, hidden
/// ones and what lies in other folders are passed over. All images have one size and are all gray
/// or all in colour; alpha is dropped. The order of files means nothing: images stand in the order
/// of the SHA-256 of their pixels, so a folder and an archive of it give the same data set.
///
/// An archive may hold everything in one enclosing folder. It is plain or compressed with gzip and
/// read as it is: nothing is written to disk, and an archive with links, devices or paths out of
/// it is refused as a whole. Links in a folder are followed. Names of classes and images are
/// UTF-8; one that is not is refused.
public enum ImageFolder {
    /// What is refused rather than read.
    public struct Limits: Hashable, Sendable {
        /// How many bytes one image file may have.
        public var fileByteCount = 1 << 26
        /// How many pixels one image may have.
        public var pixelCount = 1 << 24
        /// How many bytes all images may have together, once they are decoded; and how many an
        /// archive may have, once it is uncompressed.
        public var totalByteCount = 1 << 33

        /// 64 MiB a file, 16 megapixels an image, 8 GiB in all.
        public init() {}

        /// 64 MiB a file, 16 megapixels an image, and so many bytes in all that loading takes no more
        /// memory than is given: images are held three times while they are sorted.
        public init(memoryByteCount: Int) {
            totalByteCount = memoryByteCount / 3
        }

        /// How a user of the program gets along with more in all.
        static let remedy = "`--memory-limit` allows more: three times as much"
    }

    /// The largest number of classes that there can be.
    public static let classLimit = ImageDataset.classLimit

    /// Both parts, decoded on all cores.
    ///
    /// - Parameters:
    ///   - path: a folder, or a tar archive.
    ///   - name: what the data is called in results.
    ///   - limits: what is refused rather than read.
    /// - Throws: ``DatasetError`` of code `fileNotFound`, `unreadableFile`; `invalidDataset` if a
    ///   part is missing, a class is empty or in one part only, there are too many, or images
    ///   differ in size or colour type; `malformedFile` or `unsupportedFormat` if an image does not
    ///   decode or the archive holds what it must not; `limitExceeded`.
    public static func load(
        from path: String, name: String, limits: Limits = Limits()
    ) throws -> (train: ImageDataset, test: ImageDataset) {
        guard let kind = FileKind(at: path) else {
            throw DatasetError(.fileNotFound, file: path, "there is no such folder or archive")
        }
        // One level more than split, class and image: an enclosing folder.
        let tree: any FileTree =
            kind == .folder
            ? try DiskFolder(path, maximumDepth: 4)
            : try TarFile(path, maximumByteCount: limits.totalByteCount)
        var reader = ImageFolderReader(source: path, limits: limits)
        while let entry = try tree.next() {
            try reader.take(entry, of: tree)
        }
        return try reader.finish(name: name)
    }
}

/// Where an entry of a tree stands in the layout `split/class/image`.
struct ImagePlace {
    static let splitNames = ["train", "test", "val"]
    private static let endings = [".png", ".jpg", ".jpeg"]

    /// The enclosing folder, or none.
    let enclosing: ArraySlice<String>
    let split: String
    /// The names below the split: class and image.
    let rest: ArraySlice<String>

    /// The place of a path, or `nil` where it is hidden or within no split.
    init?(_ path: [String]) {
        guard !path.contains(where: { $0.hasPrefix(".") }),
            let index = path.prefix(2).firstIndex(where: Self.splitNames.contains)
        else { return nil }
        enclosing = path[..<index]
        split = path[index]
        rest = path[(index + 1)...]
    }

    /// Whether the last name is that of an image.
    var isImage: Bool {
        let name = rest.last?.lowercased() ?? ""
        return Self.endings.contains(where: name.hasSuffix)
    }
}

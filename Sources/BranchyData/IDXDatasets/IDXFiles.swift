/// Images and labels of one's own, in IDX files.
///
///     let (train, test) = try IDXFiles.load(from: ["images.gz", "labels.gz"], name: "mine")
///
/// Four files are images and labels to learn from, and images and labels to test on. Of two files, a
/// share is cut off for the test; which images these are depends on their number only, so that every
/// run has the same. Classes are the numbers that the files have for labels, from 0 to the largest.
public enum IDXFiles {
    /// How much of two files is cut off to test on, in percent.
    public static let testPercentage = 15
    /// The seed by which these images are drawn. It is part of what a data set means, and never
    /// changed.
    private static let seed: UInt64 = 15

    /// Both parts.
    ///
    /// - Parameters:
    ///   - paths: of two or four files, each plain or compressed with gzip.
    ///   - name: what the data is called in results.
    ///   - maximumByteCount: how large the contents of a file may be; more is refused before it is
    ///     read.
    /// - Throws: ``DatasetError`` of code `invalidConfiguration` for another number of files;
    ///   `invalidDataset` where images and labels, or both parts, do not belong together or there are
    ///   too few; what ``IDXFile`` throws.
    public static func load(
        from paths: [String], name: String, maximumByteCount: Int = 1 << 30
    ) throws -> (train: ImageDataset, test: ImageDataset) {
        guard paths.count == 2 || paths.count == 4 else {
            throw DatasetError(
                .invalidConfiguration,
                "\(name): \(paths.count) IDX files; expected images and labels, or images and labels "
                    + "to learn from and then those to test on")
        }
        let files = try paths.map { try IDXFile(path: $0, maximumByteCount: maximumByteCount) }
        let labelling = IDXLabelling(
            name: name, classNames: try classNames(of: files), namesClasses: false)
        let first = try labelling.dataset(images: files[0], labels: files[1], isVerified: true)
        guard files.count == 4 else { return try cut(first, of: paths[0]) }
        let test = try labelling.dataset(images: files[2], labels: files[3], isVerified: true)
        guard test.imageShape == first.imageShape else {
            throw DatasetError(
                .invalidDataset, file: paths[2], "has images of another size",
                expected: "\(first.imageShape), as in \(paths[0])", found: "\(test.imageShape)")
        }
        return (first, test)
    }

    /// How many of a number of images are cut off to test on.
    public static func testCount(of count: Int) -> Int {
        // One of a few at least, and never all.
        max(1, count / 100 * testPercentage + count % 100 * testPercentage / 100)
    }

    private static func cut(
        _ images: ImageDataset, of path: String
    ) throws -> (train: ImageDataset, test: ImageDataset) {
        guard images.count > 1 else {
            throw DatasetError(
                .invalidDataset, file: path, "has too few images to cut some off for the test",
                expected: "2 or more", found: "\(images.count)")
        }
        var generator = SplitMix64(seed: seed, stream: RandomPurpose.testCut.rawValue)
        let order = generator.permutation(of: images.count)
        let count = testCount(of: images.count)
        return (
            try images.subset(order[count...].sorted()), try images.subset(order[..<count].sorted())
        )
    }

    private static func classNames(of files: [IDXFile]) throws -> [String] {
        let labels = try stride(from: 1, to: files.count, by: 2).map { try files[$0].asLabels() }
        return (0...(labels.joined().max() ?? 0)).map { String($0) }
    }
}

public import BranchyCompute

/// CIFAR-10: 50,000 training and 10,000 test images of 32 by 32 pixels in ten classes.
///
///     let (train, test) = try CIFAR10.load(.published, from: "data")
///
/// There are two editions, with different pixels, and one is never taken for the other: the JPEG
/// copy has to have its own checksum, and images with that checksum are refused as published ones.
/// Images stand in the order of the SHA-256 of their pixels, whatever layout they come from.
///
/// # References
/// Alex Krizhevsky: *Learning Multiple Layers of Features from Tiny Images*, 2009.
public enum CIFAR10 {
    /// `airplane` to `truck`.
    public static let classNames = [
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ]
    /// `[3, 32, 32]`.
    public static var imageShape: Shape { [3, 32, 32] }

    /// Whose pixels the images have; the raw value is the name of the data set.
    public enum Edition: String, CaseIterable, Sendable {
        /// The published pixels: from the archive of the binary version or of the one for Python,
        /// `cifar-10-binary.tar.gz` or `cifar-10-python.tar.gz`, which has to have its SHA-256, or
        /// from their files `cifar-10-batches-bin/*.bin` or `cifar-10-batches-py/*`.
        ///
        /// Of Python's files the MD5 is published, and has to be theirs. The checksums of the single
        /// binary files are not known here. Of these only sizes, labels and the number of images per
        /// class are checked, and the data is called `cifar10 (unverified)`.
        case published = "cifar10"
        /// A copy in which every image was compressed as JPEG again: close to the published
        /// images, and not to be compared with results on them to the last point. Read from its
        /// archive `cifar10-jpeg.tar.gz` of `SPLIT/CLASS/NUMBER.jpg`, or unpacked to the layout of
        /// the binary version.
        case jpegCopy = "cifar10-jpeg"
    }

    /// Both parts, from a folder of data.
    ///
    /// - Throws: ``DatasetError`` of code `fileNotFound` with the paths that were tried;
    ///   `malformedFile` for a file of another length or with a label out of range;
    ///   `checksumMismatch` for images of the other edition or of none.
    public static func load(
        _ edition: Edition, from dataFolder: String
    ) throws -> (train: ImageDataset, test: ImageDataset) {
        let source = try CIFAR10Source.find(edition, in: dataFolder)
        let parts = try source.read(as: edition)
        try CIFAR10Identity(of: edition).check(parts.train, parts.test, from: source.path)
        return parts
    }
}

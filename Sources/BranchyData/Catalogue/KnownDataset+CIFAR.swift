extension KnownDataset {
    private static let cifarMirrors = ["https://www.cs.toronto.edu/~kriz/"]

    /// The published images of CIFAR-10, see ``CIFAR10``.
    public static let cifar10 = KnownDataset(
        name: "cifar10", title: "small colour photographs of ten classes",
        imageShape: CIFAR10.imageShape, classNames: CIFAR10.classNames, trainCount: 50_000,
        testCount: 10_000,
        licence: "none stated by the publisher, who asks for a citation",
        source: "Alex Krizhevsky, Vinod Nair, Geoffrey Hinton, 2009",
        origin: .published(
            [
                PublishedFile(
                    name: CIFARVersion.binary10.archive, byteCount: 170_052_171,
                    md5: "c32a1d4ab5d03f1284b67883e8d87530",
                    sha256: CIFARVersion.binary10.archiveChecksum, folders: ["cifar10", ""])
            ], mirrors: cifarMirrors),
        isUnpacked: { (try? CIFAR10Source.find(.published, in: $0)) != nil },
        read: { try CIFAR10.load(.published, from: $0) })

    /// A copy of CIFAR-10 with JPEG's losses, see ``CIFAR10/Edition/jpegCopy``.
    public static let cifar10JPEG = KnownDataset(
        name: "cifar10-jpeg", title: "the photographs of cifar10, compressed as JPEG once more",
        imageShape: CIFAR10.imageShape, classNames: CIFAR10.classNames, trainCount: 50_000,
        testCount: 10_000,
        licence: "as cifar10", source: "a copy of your own",
        origin: .ownCopy("cifar10-jpeg.tar.gz (SPLIT/CLASS/NUMBER.jpg) in cifar10-jpeg/"),
        isUnpacked: { (try? CIFAR10Source.find(.jpegCopy, in: $0)) != nil },
        read: { try CIFAR10.load(.jpegCopy, from: $0) })

    /// CIFAR-100 by one of its two labels, see ``CIFAR100``.
    ///
    /// The archive is one for both. Size and SHA-256 are those of TensorFlow Datasets, the MD5 is the
    /// publisher's.
    public static func cifar100(_ classes: CIFAR100.Classes) -> KnownDataset {
        KnownDataset(
            name: classes.rawValue,
            title: "small colour photographs of "
                + (classes == .fine ? "a hundred classes" : "twenty groups of classes"),
            imageShape: CIFAR10.imageShape, classNames: classes.names, trainCount: 50_000,
            testCount: 10_000, licence: cifar10.licence, source: cifar10.source,
            origin: .published([cifar100Archive], mirrors: cifarMirrors),
            isUnpacked: { (try? CIFAR100.find(classes, in: $0)) != nil },
            read: { try CIFAR100.load(classes, from: $0) })
    }

    private static let cifar100Archive = PublishedFile(
        name: CIFARVersion.binary100.archive, byteCount: 168_513_733,
        md5: "03b5dce01913d631647c71ecec9e9cb8", sha256: CIFARVersion.binary100.archiveChecksum,
        folders: ["cifar100", ""])
}

import BranchyCompute

extension KnownDataset {
    /// All of them.
    public static let known: [KnownDataset] =
        [mnist, fashionMNIST, kmnist] + EMNIST.Sorting.allCases.map(emnist)
        + [cifar10, cifar10JPEG] + CIFAR100.Classes.allCases.map(cifar100) + [digits]

    /// The MNIST handwritten digits, see ``MNIST``.
    ///
    /// Sizes and checksums are those of the historic archives, as torchvision (MD5) and TensorFlow
    /// Datasets (SHA-256) have them.
    public static let mnist = KnownDataset(
        name: "mnist", title: "handwritten digits", imageShape: [1, 28, 28],
        classNames: MNIST.classNames, trainCount: 60_000, testCount: 10_000,
        licence: "CC BY-SA 3.0",
        source: "Yann LeCun, Corinna Cortes, Christopher J. C. Burges, 1998",
        origin: .published(
            [mnistTrainImages, mnistTrainLabels, mnistTestImages, mnistTestLabels],
            mirrors: [
                "https://ossci-datasets.s3.amazonaws.com/mnist/",
                "https://storage.googleapis.com/cvdf-datasets/mnist/",
            ]), read: { try MNIST.load(from: $0) })

    /// Digits that the program draws, see ``DrawnDigits``.
    public static let digits = KnownDataset(
        name: "digits", title: "digits drawn by this program",
        imageShape: [1, DrawnDigits.side, DrawnDigits.side], classNames: MNIST.classNames,
        trainCount: DrawnDigits.defaultTrainCount, testCount: DrawnDigits.defaultTestCount,
        licence: "that of this program", source: "this program", origin: .drawn,
        read: { _ in try DrawnDigits.load() })
}

extension KnownDataset {
    static let mnistTrainImages = mnistFile(
        "train-images-idx3-ubyte.gz", 9_912_422, md5: "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        sha256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        contents: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db")

    static let mnistTrainLabels = mnistFile(
        "train-labels-idx1-ubyte.gz", 28_881, md5: "d53e105ee54ea40749a09fcbcd1e9432",
        sha256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        contents: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5")

    static let mnistTestImages = mnistFile(
        "t10k-images-idx3-ubyte.gz", 1_648_877, md5: "9fb629c4189551a2d022fa330f9573f3",
        sha256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        contents: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7")

    static let mnistTestLabels = mnistFile(
        "t10k-labels-idx1-ubyte.gz", 4_542, md5: "ec29112dd5afa0611ce80d1b7f02629c",
        sha256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        contents: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2")

    /// `MNIST/raw` is where torchvision puts them.
    private static func mnistFile(
        _ name: String, _ byteCount: Int, md5: String, sha256: String, contents: String
    ) -> PublishedFile {
        PublishedFile(
            name: name, byteCount: byteCount, md5: md5, sha256: sha256, contentsSHA256: contents,
            folders: ["mnist", "MNIST/raw", ""])
    }
}

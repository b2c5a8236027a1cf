import BranchyCompute

// Sizes and SHA-256 are those of TensorFlow Datasets, MD5 are torchvision's.
extension KnownDataset {
    /// Clothes, see ``FashionMNIST``.
    public static let fashionMNIST: KnownDataset = .init(
        name: "fashion-mnist", title: "clothes, in the layout of mnist", imageShape: [1, 28, 28],
        classNames: FashionMNIST.classNames, trainCount: 60_000, testCount: 10_000,
        licence: "MIT", source: "Han Xiao, Kashif Rasul, Roland Vollgraf (Zalando), 2017",
        origin: .published(
            [
                fashionFile(
                    "train-images-idx3-ubyte.gz", 26_421_880, "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
                    "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
                fashionFile(
                    "train-labels-idx1-ubyte.gz", 29_515, "25c81989df183df01b3e8a0aad5dffbe",
                    "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
                fashionFile(
                    "t10k-images-idx3-ubyte.gz", 4_422_102, "bef4ecab320f06d8554ea6380940ec79",
                    "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
                fashionFile(
                    "t10k-labels-idx1-ubyte.gz", 5_148, "bb300cfdad3c16e7a12a480ee83cd310",
                    "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
            ],
            mirrors: [
                "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
                "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            ]),
        isUnpacked: { FashionMNIST.files.isThere(in: $0) },
        read: { try FashionMNIST.load(from: $0) })

    /// Old Japanese writing, see ``KMNIST``.
    public static let kmnist: KnownDataset = .init(
        name: "kmnist", title: "hiragana in old cursive writing, in the layout of mnist",
        imageShape: [1, 28, 28], classNames: KMNIST.classNames, trainCount: 60_000,
        testCount: 10_000, licence: "CC BY-SA 4.0",
        source: "KMNIST Dataset (created by CODH), adapted from Kuzushiji Dataset (created by NIJL "
            + "and others), doi:10.20676/00000341",
        origin: .published(
            [
                kmnistFile(
                    "train-images-idx3-ubyte.gz", 18_165_135, "bdb82020997e1d708af4cf47b453dcf7",
                    "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"),
                kmnistFile(
                    "train-labels-idx1-ubyte.gz", 29_497, "e144d726b3acfaa3e44228e80efcd344",
                    "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17"),
                kmnistFile(
                    "t10k-images-idx3-ubyte.gz", 3_041_136, "5c965bf0a639b31b8f53240b1b52f4d7",
                    "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"),
                kmnistFile(
                    "t10k-labels-idx1-ubyte.gz", 5_120, "7320c461ea6c1c855c0b718fb2a4b134",
                    "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c"),
            ],
            mirrors: [
                "https://codh.rois.ac.jp/kmnist/dataset/kmnist/",
                "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
            ]),
        isUnpacked: { KMNIST.files.isThere(in: $0) }, read: { try KMNIST.load(from: $0) })

    private static func fashionFile(
        _ name: String, _ byteCount: Int, _ md5: String, _ sha256: String
    ) -> PublishedFile {
        PublishedFile(
            name: name, byteCount: byteCount, md5: md5, sha256: sha256,
            folders: ["fashion-mnist", "FashionMNIST/raw"])
    }

    private static func kmnistFile(
        _ name: String, _ byteCount: Int, _ md5: String, _ sha256: String
    ) -> PublishedFile {
        PublishedFile(
            name: name, byteCount: byteCount, md5: md5, sha256: sha256,
            folders: ["kmnist", "KMNIST/raw"])
    }
}

// MARK: - EMNIST

extension KnownDataset {
    /// The archive of all six sortings.
    package static let emnistArchive = PublishedFile(
        name: "gzip.zip", byteCount: 561_753_746, md5: "58c8d27c78d21e728a6bc7b3cc06412e",
        sha256: "fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e",
        folders: ["emnist", "EMNIST/raw", ""])

    /// Handwritten characters in one of their sortings, see ``EMNIST``.
    public static func emnist(_ sorting: EMNIST.Sorting) -> KnownDataset {
        let about = about(sorting)
        return KnownDataset(
            name: sorting.datasetName, title: about.title, imageShape: [1, 28, 28],
            classNames: sorting.classNames, trainCount: about.train, testCount: about.test,
            licence: "none stated by the publisher, who asks for a citation",
            source: "Gregory Cohen, Saeed Afshar, Jonathan Tapson, André van Schaik, 2017",
            origin: .published(
                [emnistArchive],
                mirrors: [
                    "https://biometrics.nist.gov/cs_links/EMNIST/",
                    "https://www.itl.nist.gov/iaui/vip/cs_links/EMNIST/",
                ]),
            isUnpacked: { EMNISTFiles(sorting).isUnpacked(in: $0) },
            read: { try EMNIST.load(sorting, from: $0) })
    }

    private static func about(
        _ sorting: EMNIST.Sorting
    ) -> (title: String, train: Int, test: Int) {
        switch sorting {
        case .balanced: ("handwritten characters, 47 classes, as many of each", 112_800, 18_800)
        case .byClass: ("handwritten characters, 62 classes", 697_932, 116_323)
        case .byMerge: ("handwritten characters, 47 classes", 697_932, 116_323)
        case .letters: ("handwritten letters, 26 classes", 124_800, 20_800)
        case .digits: ("handwritten digits, more of them", 240_000, 40_000)
        case .mnist: ("handwritten digits, as many as mnist has", 60_000, 10_000)
        }
    }
}

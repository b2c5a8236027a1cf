/// A version in which CIFAR is published: its archive, and the files in it.
package struct CIFARVersion: Sendable {
    /// How a file holds its images.
    enum Format: Sendable {
        /// Records of labels and pixels.
        case binary
        /// A pickled dictionary of lists of labels and an array of pixels.
        case python
    }

    /// A file of images.
    struct Batch: Sendable {
        let name: String
        var imageCount: Int
        /// Its MD5, where that is published.
        var md5: String?
    }

    let format: Format
    /// What the archive is called.
    let archive: String
    /// Its SHA-256.
    private(set) var archiveChecksum: String
    /// The folder that it holds its files in.
    let folder: String
    private(set) var train: [Batch]
    private(set) var test: [Batch]

    /// Whether there is a published checksum of every file, so that the archive is not needed.
    var hasFileChecksums: Bool { (train + test).allSatisfy { $0.md5 != nil } }

    /// Whether the files' names say what they are.
    var hasTellingNames: Bool { train.allSatisfy { $0.name.contains("batch") } }

    /// The same version of smaller files, for tests.
    package func shrunk(
        to imageCount: Int, archiveChecksum: String? = nil, md5: [String: String] = [:]
    ) -> CIFARVersion {
        var version = self
        version.archiveChecksum = archiveChecksum ?? self.archiveChecksum
        let shrink = { (batch: Batch) in
            Batch(name: batch.name, imageCount: imageCount, md5: md5[batch.name] ?? batch.md5)
        }
        (version.train, version.test) = (train.map(shrink), test.map(shrink))
        return version
    }
}

extension CIFARVersion {
    /// `data_batch_1.bin` to `5` and `test_batch.bin`, whose own checksums are not known here.
    package static let binary10 = CIFARVersion(
        format: .binary, archive: "cifar-10-binary.tar.gz",
        archiveChecksum: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
        folder: "cifar-10-batches-bin",
        train: (1...5).map { Batch(name: "data_batch_\($0).bin", imageCount: 10_000) },
        test: [Batch(name: "test_batch.bin", imageCount: 10_000)])

    /// `data_batch_1` to `5` and `test_batch`. The archive's SHA-256 is that of Keras, the files' MD5
    /// are torchvision's.
    package static let python10 = CIFARVersion(
        format: .python, archive: "cifar-10-python.tar.gz",
        archiveChecksum: "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
        folder: "cifar-10-batches-py",
        train: zip(
            1...5,
            [
                "c99cafc152244af753f735de768cd75f", "d4bba439e000b95fd0a9bffe97cbabec",
                "54ebc095f3ab1f0389bbae665268c751", "634d18415352ddfa80567beed471001a",
                "482c414d41f54cd18b22e5b47cb7c3cb",
            ]
        ).map { Batch(name: "data_batch_\($0)", imageCount: 10_000, md5: $1) },
        test: [
            Batch(
                name: "test_batch", imageCount: 10_000, md5: "40351d587109b95175f43aff81a1287e")
        ])

    /// `train.bin` and `test.bin`. The archive's SHA-256 is that of TensorFlow Datasets.
    package static let binary100 = CIFARVersion(
        format: .binary, archive: "cifar-100-binary.tar.gz",
        archiveChecksum: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
        folder: "cifar-100-binary",
        train: [Batch(name: "train.bin", imageCount: 50_000)],
        test: [Batch(name: "test.bin", imageCount: 10_000)])

    /// `train` and `test`; checksums from where those of ``python10`` are.
    package static let python100 = CIFARVersion(
        format: .python, archive: "cifar-100-python.tar.gz",
        archiveChecksum: "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
        folder: "cifar-100-python",
        train: [
            Batch(name: "train", imageCount: 50_000, md5: "16019d7e3df5f24257cddd939b257f8d")
        ],
        test: [Batch(name: "test", imageCount: 10_000, md5: "f0ef6b0ae62326f3e7ffdfab6717acfc")])
}

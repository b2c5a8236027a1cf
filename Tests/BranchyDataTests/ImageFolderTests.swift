import BranchyCompute
import BranchyData
import Foundation
import TestSupport
import Testing

/// Image folders of files of a few bytes.
struct ImageFolderTests {
    /// 2 x 1 pixels of gray.
    private static func gray(_ first: UInt8, _ second: UInt8) -> [UInt8] {
        SampleBytes.png([first, second], width: 2, height: 1, channels: 1)
    }

    /// Two classes: the first pixel of a cat is below 100, and that of a dog is not.
    private static let files: KeyValuePairs<String, [UInt8]> = [
        "train/dog/a.png": gray(100, 1),
        "train/cat/b.PNG": gray(1, 2),
        "train/cat/a.png": gray(2, 3),
        "test/dog/x.png": gray(101, 4),
        "test/cat/x.png": gray(3, 5),
        "test/cat/notes.txt": [1],
        "test/cat/.hidden.png": [1],
        ".cache/train/cow/a.png": [1],
        "other/cow/a.png": [1],
        "README.md": [1],
    ]

    private func withFolder<Result>(
        _ files: KeyValuePairs<String, [UInt8]>, _ body: (String) throws -> Result
    ) throws -> Result {
        try withTemporaryFolder { folder in
            for (name, contents) in files { try write(contents, to: name, in: folder) }
            return try body(folder)
        }
    }

    private func load(
        archive bytes: [UInt8], limits: ImageFolder.Limits = .init()
    ) throws -> (train: ImageDataset, test: ImageDataset) {
        try withTemporaryFolder { folder in
            try ImageFolder.load(
                from: write(bytes, to: "data.tar", in: folder), name: "pets", limits: limits)
        }
    }

    /// What is wrong with an archive, and with a folder of the same files.
    private func failures(
        of files: KeyValuePairs<String, [UInt8]>, limits: ImageFolder.Limits = .init()
    ) throws -> [String] {
        let archive = try withTemporaryFolder { folder in
            let path = try write(SampleArchive.tar(files), to: "data.tar", in: folder)
            return datasetError {
                _ = try ImageFolder.load(from: path, name: "pets", limits: limits)
            }?.message.replacing(path + ": ", with: "")
        }
        let folder = try withFolder(files) { folder in
            datasetError { _ = try ImageFolder.load(from: folder, name: "pets", limits: limits) }?
                .message.replacing(folder + "/", with: "").replacing(folder + ": ", with: "")
        }
        return [try #require(archive), try #require(folder)]
    }

    private func expectPets(_ parts: (train: ImageDataset, test: ImageDataset)) {
        for dataset in [parts.train, parts.test] {
            #expect(dataset.name == "pets")
            #expect(dataset.imageShape == [1, 1, 2])
            #expect(dataset.classNames == ["cat", "dog"])
            for index in 0..<dataset.count {
                let pixels = Array(dataset.pixels(at: index))
                #expect(dataset.label(at: index) == (pixels[0] < 100 ? 0 : 1))
            }
        }
        let numbers = [parts.train, parts.test].map { dataset in
            Set((0..<dataset.count).map { Array(dataset.pixels(at: $0)) })
        }
        #expect(numbers == [[[100, 1], [1, 2], [2, 3]], [[101, 4], [3, 5]]])
    }

    @Test func readsAFolder() throws {
        try withFolder(Self.files) {
            expectPets(try ImageFolder.load(from: $0, name: "pets"))
            expectPets(try ImageFolder.load(from: $0 + "/", name: "pets"))
        }
    }

    @Test func readsArchives() throws {
        let archive = SampleArchive.tar(Self.files)
        expectPets(try load(archive: archive))
        expectPets(try load(archive: SampleBytes.gzip(archive)))
    }

    @Test func readsWhatIsWithinOneFolder() throws {
        let members = Self.files.map { name, contents in
            SampleArchive.Member(name: "./pets/" + name, contents: contents)
        }
        expectPets(try load(archive: SampleArchive.tar(members)))
        try withTemporaryFolder { folder in
            for (name, contents) in Self.files {
                try write(contents, to: "pets/" + name, in: folder)
            }
            expectPets(try ImageFolder.load(from: folder, name: "pets"))
        }
    }

    @Test func orderOfFilesMeansNothing() throws {
        let members = Self.files.map { SampleArchive.Member(name: $0.key, contents: $0.value) }
        let one = try load(archive: SampleArchive.tar(members))
        let other = try load(archive: SampleArchive.tar(members.reversed()))
        let folder = try withFolder(Self.files) { try ImageFolder.load(from: $0, name: "pets") }
        for parts in [other, folder] {
            #expect(parts.train.checksum == one.train.checksum)
            #expect(parts.test.checksum == one.test.checksum)
        }
    }

    @Test func valStandsInForTest() throws {
        let files: KeyValuePairs = [
            "train/a/1.png": Self.gray(1, 1), "val/a/1.png": Self.gray(2, 2),
            "train/b/1.png": Self.gray(3, 3), "val/b/1.png": Self.gray(4, 4),
        ]
        let parts = try withFolder(files) { try ImageFolder.load(from: $0, name: "pets") }
        #expect(Set(parts.test.pixels) == [2, 4])
    }

    /// A class may be called as a split is.
    @Test func readsColoursAndClassesNamedTrain() throws {
        let red = SampleBytes.png([255, 1, 2], width: 1, height: 1, channels: 3)
        let files: KeyValuePairs = ["train/train/1.png": red, "test/train/1.png": red]
        let parts = try withFolder(files) { try ImageFolder.load(from: $0, name: "trains") }
        #expect(parts.train.imageShape == [3, 1, 1])
        #expect(parts.train.classNames == ["train"])
        #expect(parts.train.pixels == [255, 1, 2])
    }

    @Test func namesTheEmptyClass() throws {
        let members = Self.files.map { SampleArchive.Member(name: $0.key, contents: $0.value) }
        let archive = SampleArchive.tar(members + [.init(name: "train/cow/", type: "5")])
        let inArchive = datasetError { _ = try load(archive: archive) }
        #expect(inArchive?.message.contains("there is no image in train/cow;") == true)
        try withFolder(Self.files) { folder in
            try write([1], to: "test/cow/notes.txt", in: folder)
            let error = datasetError { _ = try ImageFolder.load(from: folder, name: "pets") }
            #expect(
                error?.message == """
                    \(folder): there is no image in test/cow; expected one .png, .jpg or .jpeg file \
                    or more in each class
                    """)
        }
    }

    @Test func splitsHaveTheSameClasses() throws {
        let messages = try failures(of: [
            "train/cat/1.png": Self.gray(1, 1), "train/dog/1.png": Self.gray(1, 1),
            "test/cat/1.png": Self.gray(1, 1), "test/cow/1.png": Self.gray(1, 1),
        ])
        for message in messages {
            #expect(message.hasPrefix("train and test have different classes"))
            #expect(message.hasSuffix("found cow, dog in one of them only"))
        }
    }

    @Test func refusesWhatIsNoImageFolder() throws {
        for message in try failures(of: ["cat/1.png": Self.gray(1, 1)]) {
            #expect(message.hasPrefix("is not a folder of images in classes"))
            #expect(message.hasSuffix("found neither"))
        }
        for message in try failures(of: ["train/cat/1.png": Self.gray(1, 1)]) {
            #expect(message.hasSuffix("found train"))
        }
        let missing = datasetError { _ = try ImageFolder.load(from: "/none/such", name: "a") }
        #expect(missing?.code == .fileNotFound)
    }

    @Test func refusesImagesOutOfPlace() throws {
        for message in try failures(of: ["train/1.png": Self.gray(1, 1)]) {
            #expect(message == "train/1.png: is in no class; expected images as train/CLASS/IMAGE")
        }
        for message in try failures(of: ["train/cat/young/1.png": Self.gray(1, 1)]) {
            #expect(message.contains("lies too deep; expected images as train/CLASS/IMAGE"))
        }
        for message in try failures(of: [
            "one/train/cat/1.png": Self.gray(1, 1), "two/train/cat/1.png": Self.gray(1, 1),
        ]) {
            #expect(message == "holds more than one image folder; expected one; found one and two")
        }
    }

    @Test func namesTheImageThatDiffers() throws {
        let taller = SampleBytes.png([1, 2, 3, 4], width: 2, height: 2, channels: 1)
        let coloured = SampleBytes.png([1, 2, 3, 4, 5, 6], width: 2, height: 1, channels: 3)
        for (image, found) in [(taller, "2 x 2 pixels in gray"), (coloured, "2 x 1 pixels in RGB")]
        {
            for message in try failures(of: [
                "train/cat/1.png": Self.gray(1, 1), "train/cat/2.png": image,
            ]) {
                #expect(
                    message == """
                        train/cat/2.png: differs from the images before it; expected 2 x 1 pixels \
                        in gray; found \(found). Bring all images to one size and colour type
                        """)
            }
        }
    }

    @Test func namesTheImageThatDoesNotDecode() throws {
        let unread = "is not an image that can be read; expected PNG, JPEG, WebP or BMP"
        for (contents, problem) in [
            ([UInt8]("GIF89a".utf8), unread), ([], "\(unread); found an empty file"),
            (Self.gray(1, 1).dropLast(20), "is damaged or incomplete"),
        ] {
            for message in try failures(of: [
                "train/cat/1.png": Self.gray(1, 1), "train/cat/2.png": contents,
            ]) {
                #expect(message.hasPrefix("train/cat/2.png: \(problem)"), "\(message)")
            }
        }
    }

    @Test func keepsToItsLimits() throws {
        let files = Self.files
        let size = Self.gray(1, 1).count
        func limits(_ change: (inout ImageFolder.Limits) -> Void) -> ImageFolder.Limits {
            var limits = ImageFolder.Limits()
            change(&limits)
            return limits
        }
        let enough = limits { ($0.fileByteCount, $0.pixelCount) = (size, 2) }
        expectPets(try load(archive: SampleArchive.tar(files), limits: enough))
        for (limits, problem) in [
            (limits { $0.fileByteCount = size - 1 }, "too large"),
            (limits { $0.pixelCount = 1 }, "is too large; expected at most 1 pixels"),
        ] {
            for message in try failures(of: files, limits: limits) {
                #expect(message.contains(problem), "\(message)")
            }
        }
        let total = limits { $0.totalByteCount = 9 }
        try withFolder(files) { folder in
            let error = datasetError {
                _ = try ImageFolder.load(from: folder, name: "pets", limits: total)
            }
            #expect(error?.message.contains("has too many images") == true)
        }
    }

    /// Five images of two bytes, which are held three times.
    @Test(arguments: [(29, false), (30, true)])
    func takesNoMoreMemoryThanItIsGiven(byteCount: Int, isEnough: Bool) throws {
        try withFolder(Self.files) { folder in
            let error = datasetError {
                _ = try ImageFolder.load(
                    from: folder, name: "pets", limits: .init(memoryByteCount: byteCount))
            }
            #expect((error == nil) == isEnough)
            #expect(
                error?.message.hasSuffix("`--memory-limit` allows more: three times as much")
                    != false)
        }
    }

    @Test func has256ClassesAtMost() throws {
        func archive(_ count: Int) -> [UInt8] {
            SampleArchive.tar(
                (0..<count).flatMap { index in
                    ["train", "test"].map {
                        .init(
                            name: "\($0)/\(index)/1.png", contents: Self.gray(1, UInt8(index % 256))
                        )
                    }
                })
        }
        #expect(try load(archive: archive(256)).train.classNames.count == 256)
        let error = datasetError { _ = try load(archive: archive(257)) }
        #expect(error?.message.contains("has too many classes; expected at most 256") == true)
    }

    @Test func survivesEveryTruncation() {
        let archive = SampleBytes.gzip(SampleArchive.tar(Self.files))
        for count in stride(from: 0, to: archive.count - 1032, by: 97) {
            let error = datasetError { _ = try load(archive: Array(archive[..<count])) }
            #expect(error != nil, "\(count) bytes")
        }
    }
}

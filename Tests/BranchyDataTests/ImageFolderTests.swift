import BranchyCompute
import BranchyData
import BranchyNet
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

    /// What is wrong with an archive.
    private func failure(
        of files: KeyValuePairs<String, [UInt8]>, limits: ImageFolder.Limits = .init()
    ) throws -> String {
        let failure = try withTemporaryFolder { folder in
            let path = try write(SampleArchive.tar(files), to: "data.tar", in: folder)
            return datasetError {
                _ = try ImageFolder.load(from: path, name: "pets", limits: limits)
            }?.message.replacing(path + ": ", with: "")
        }
        return try #require(failure)
    }

    private func expectPets(_ parts: (train: ImageDataset, test: ImageDataset)) throws {
        for dataset in [parts.train, parts.test] {
            #expect(dataset.name == "pets")
            #expect(dataset.imageShape == [1, 1, 2])
            #expect(dataset.classNames == ["cat", "dog"])
            for index in 0..<dataset.count {
                let pixels = Array(try dataset.pixels(at: index))
                #expect(dataset.label(at: index) == (pixels[0] < 100 ? 0 : 1))
            }
        }
        let numbers = try [parts.train, parts.test].map { dataset in
            Set(try (0..<dataset.count).map { Array(try dataset.pixels(at: $0)) })
        }
        #expect(numbers == [[[100, 1], [1, 2], [2, 3]], [[101, 4], [3, 5]]])
    }

    @Test func readsAFolder() throws {
        try withFolder(Self.files) {
            try expectPets(ImageFolder.load(from: $0, name: "pets"))
            try expectPets(ImageFolder.load(from: $0 + "/", name: "pets"))
        }
    }

    @Test func readsArchives() throws {
        let archive = SampleArchive.tar(Self.files)
        try expectPets(load(archive: archive))
        try expectPets(load(archive: SampleBytes.gzip(archive)))
        try expectPets(
            load(
                archive: SampleZip.zip(
                    Self.files.map { SampleZip.Member(name: $0.key, contents: $0.value) })))
    }

    /// Pictures of several sizes, and no parts.
    @Test func anArchiveIsDealtAndResizedAsAFolderIs() throws {
        var files: [(name: String, contents: [UInt8])] = []
        for number in 0..<40 {
            let pixels = (0..<2 + number % 3).map { UInt8(($0 * 50 + number) % 256) }
            files.append(
                (
                    "\(number % 2 == 0 ? "cat" : "dog")/deeper/\(number).png",
                    SampleBytes.png(pixels, width: pixels.count, height: 1, channels: 1)
                ))
        }
        var request = ImageFolder.Request()
        (request.shape, request.geometry) = ([1, 2, 2], ImageGeometry(resize: nil))
        request.seed = 5
        try withTemporaryFolder { folder in
            for file in files { try write(file.contents, to: "pets/" + file.name, in: folder) }
            let members = files.shuffled()
            let archives = [
                SampleArchive.tar(
                    members.map { SampleArchive.Member(name: $0.name, contents: $0.contents) }),
                SampleZip.zip(
                    members.map {
                        SampleZip.Member(name: "around/" + $0.name, contents: $0.contents)
                    }),
            ]
            let expected = try ImageFolder.load(
                ImageFolderSurvey(of: folder + "/pets"), name: "pets", request)
            #expect(expected.test.count == 6)
            for bytes in archives {
                let archive = try write(bytes, to: "archive", in: folder)
                let survey = try ImageFolderSurvey(of: archive)
                let parts = try ImageFolder.load(survey, name: "pets", request)
                #expect(parts.train.checksum == expected.train.checksum)
                #expect(parts.test.checksum == expected.test.checksum)
                #expect(try parts.test.bytes == expected.test.bytes)
            }
        }
    }

    @Test func passesOverInAnArchiveWhatItWouldInAFolder() throws {
        try withTemporaryFolder { folder in
            let archive = try write(
                SampleArchive.tar([
                    .init(name: "cat/1.png", contents: Self.gray(9, 9)),
                    .init(name: "cat/1.png", contents: Self.gray(1, 1)),
                    .init(name: "dog/1.png", contents: Self.gray(2, 2)),
                    .init(name: "loose.png", contents: Self.gray(3, 3)),
                    .init(name: "cat/notes.txt", contents: [1]),
                    .init(name: "cat/.hidden.png", contents: [1]),
                    .init(name: "__MACOSX/cat/1.png", contents: [1]),
                ]), to: "a.tar", in: folder)
            let survey = try ImageFolderSurvey(of: archive)
            #expect(
                survey.passedOver.map { "\($0.path): \($0.reason)" } == [
                    "cat/1.png: a later member of the archive has the same name",
                    "cat/notes.txt: no image", "cat/.hidden.png: hidden",
                    "__MACOSX/cat/1.png: a folder of another program", "loose.png: in no class",
                ])
            #expect(survey.images.map(\.path) == ["cat/1.png", "dog/1.png"])
        }
    }

    @Test func readsWhatIsWithinOneFolder() throws {
        let members = Self.files.map { name, contents in
            SampleArchive.Member(name: "./pets/" + name, contents: contents)
        }
        try expectPets(load(archive: SampleArchive.tar(members)))
        try withTemporaryFolder { folder in
            for (name, contents) in Self.files {
                try write(contents, to: "pets/" + name, in: folder)
            }
            try expectPets(ImageFolder.load(from: folder, name: "pets"))
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
        #expect(Set(try parts.test.bytes) == [2, 4])
    }

    /// A class may be called as a split is.
    @Test func readsColoursAndClassesNamedTrain() throws {
        let red = SampleBytes.png([255, 1, 2], width: 1, height: 1, channels: 3)
        let blue = SampleBytes.png([1, 2, 255], width: 1, height: 1, channels: 3)
        let files: KeyValuePairs = ["train/train/1.png": red, "test/train/1.png": blue]
        let parts = try withFolder(files) { try ImageFolder.load(from: $0, name: "trains") }
        #expect(parts.train.imageShape == [3, 1, 1])
        #expect(parts.train.classNames == ["train"])
        #expect(try parts.train.bytes == [255, 1, 2])
    }

    @Test func namesTheEmptyClass() throws {
        let members = Self.files.map { SampleArchive.Member(name: $0.key, contents: $0.value) }
        let archive = SampleArchive.tar(members + [.init(name: "train/cow/", type: "5")])
        let inArchive = datasetError { _ = try load(archive: archive) }
        #expect(inArchive?.message.contains("there is no image in train/cow;") == true)
    }

    @Test func splitsHaveTheSameClasses() throws {
        let message = try failure(of: [
            "train/cat/1.png": Self.gray(1, 1), "train/dog/1.png": Self.gray(1, 1),
            "test/cat/1.png": Self.gray(1, 1), "test/cow/1.png": Self.gray(1, 1),
        ])
        #expect(message.hasPrefix("train and test have different classes"))
        #expect(message.hasSuffix("found cow, dog in one of them only"))
    }

    @Test func refusesWhatIsNoImageFolder() throws {
        let lone = try failure(of: ["1.png": Self.gray(1, 1), "notes.txt": [1]])
        #expect(lone.hasPrefix("is not a folder of images in classes"))
        #expect(lone.hasSuffix("found 2 files that are none or lie in no class"))
        let missing = datasetError { _ = try ImageFolder.load(from: "/none/such", name: "a") }
        #expect(missing?.code == .fileNotFound)
    }

    @Test func namesTheImageThatDiffers() throws {
        let taller = SampleBytes.png([1, 2, 3, 4], width: 2, height: 2, channels: 1)
        let coloured = SampleBytes.png([1, 2, 3, 4, 5, 6], width: 2, height: 1, channels: 3)
        for (image, found) in [(taller, "2 x 2 pixels in gray"), (coloured, "2 x 1 pixels in RGB")]
        {
            let message = try failure(of: [
                "train/cat/1.png": Self.gray(1, 1), "train/cat/2.png": image,
                "test/cat/1.png": Self.gray(2, 2),
            ])
            #expect(
                message == """
                    train/cat/2.png: differs from the images before it; expected 2 x 1 pixels \
                    in gray; found \(found). Bring all images to one size and colour type
                    """)
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
        try expectPets(load(archive: SampleArchive.tar(files), limits: enough))
        for (limits, problem) in [
            (limits { $0.fileByteCount = size - 1 }, "too large"),
            (limits { $0.pixelCount = 1 }, "is too large; expected at most 1 pixels"),
        ] {
            let message = try failure(of: files, limits: limits)
            #expect(message.contains(problem), "\(message)")
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

    /// Labels of more than 256 classes have two bytes in the checksum.
    @Test func mayHaveMoreThan256Classes() throws {
        var members: [SampleArchive.Member] = []
        for index in 0..<300 {
            for (part, number) in [("train", UInt8(0)), ("test", 1)] {
                let pixels = [UInt8(index / 256), UInt8(index % 256), number]
                members.append(
                    .init(
                        name: "\(part)/\(1000 + index)/1.png",
                        contents: SampleBytes.png(pixels, width: 3, height: 1, channels: 1)))
            }
        }
        let train = try load(archive: SampleArchive.tar(members)).train
        #expect(train.classNames.count == 300)
        let index = try #require(
            (0..<train.count).first { try Array(train.pixels(at: $0)) == [1, 43, 0] })
        #expect(train.label(at: index) == 299)
    }

    @Test func survivesEveryTruncation() {
        let archive = SampleBytes.gzip(SampleArchive.tar(Self.files))
        for count in stride(from: 0, to: archive.count - 1032, by: 97) {
            let error = datasetError { _ = try load(archive: Array(archive[..<count])) }
            #expect(error != nil, "\(count) bytes")
        }
    }
}

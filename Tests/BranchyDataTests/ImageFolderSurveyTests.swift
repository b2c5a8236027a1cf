import BranchyCompute
import BranchyData
import BranchyNet
import Foundation
import TestSupport
import Testing

/// Folders as people have them, of files of a few bytes.
struct ImageFolderSurveyTests {
    private static func gray(_ number: Int, width: Int = 2) -> [UInt8] {
        SampleBytes.png(
            [UInt8(number % 256)] + [UInt8](repeating: UInt8(number / 256), count: width - 1),
            width: width, height: 1, channels: 1)
    }

    private func survey(
        _ paths: [String], _ change: (String) throws -> Void = { _ in }
    ) throws -> ImageFolderSurvey {
        try withTemporaryFolder { folder in
            for (number, path) in paths.enumerated() {
                try write(Self.gray(number), to: path, in: folder)
            }
            try change(folder)
            return try ImageFolderSurvey(of: folder)
        }
    }

    private func partNames(_ paths: [String]) throws -> [String: Int] {
        let parts = try survey(paths).partCounts(seed: 1)
        return Dictionary(
            uniqueKeysWithValues: parts.map { ($0.part, $0.counts.reduce(0, +)) })
    }

    @Test(arguments: [
        ("train", "test"), ("training", "testing"), ("Train", "TEST"), ("train", "val"),
        ("train", "valid"), ("training", "Validation"),
    ])
    func knowsThePartsByAnySpelling(train: String, test: String) throws {
        let paths = ["a", "b"].flatMap { ["\(train)/\($0)/1.png", "\(test)/\($0)/1.png"] }
        #expect(try partNames(paths) == ["training": 2, "test": 2])
    }

    @Test func oneEnclosingFolderMeansNothing() throws {
        let paths = ["a", "b"].flatMap { ["pets/train/\($0)/1.png", "pets/test/\($0)/1.png"] }
        #expect(try partNames(paths) == ["training": 2, "test": 2])
        let classes = try survey(["pets/cat/1.png", "pets/dog/1.png"]).classNames
        #expect(classes == ["cat", "dog"])
    }

    @Test func whatLiesDeeperBelongsToItsClass() throws {
        let survey = try survey(["cat/young/1.png", "cat/old/gray/2.png", "dog/3.png"])
        #expect(survey.classNames == ["cat", "dog"])
        #expect(survey.images.map(\.label) == [0, 0, 1])
    }

    @Test func namesTheValidationPartThatIsNotUsed() throws {
        let paths = ["train", "val", "test"].flatMap { ["\($0)/a/1.png", "\($0)/b/1.png"] }
        let survey = try survey(paths)
        #expect(survey.unusedPart?.folder == "val")
        #expect(survey.unusedPart?.count == 2)
        #expect(survey.notes.contains { $0.contains("/val with 2 images is not used") })
    }

    @Test func refusesTwoFoldersForOnePart() throws {
        let error = datasetError {
            _ = try survey(["train/a/1.png", "training/a/1.png", "test/a/1.png"])
        }
        #expect(error?.message.contains("has two folders for one part") == true)
    }

    @Test func passesOverWhatBelongsNowhereAndSaysSo() throws {
        let survey = try survey(["a/1.png", "b/1.png", "loose.png", "__MACOSX/a/1.png"]) {
            try write(Array("hello".utf8), to: "a/notes.txt", in: $0)
            try write([1], to: "a/.hidden.png", in: $0)
            symlink("..", $0 + "/b/up")
        }
        #expect(
            survey.passedOver.map { "\($0.path): \($0.reason)" } == [
                "__MACOSX: a folder of another program", "a/.hidden.png: hidden",
                "b/up: a link to a folder that it lies in",
                "a/notes.txt: no image", "loose.png: in no class",
            ])
        #expect(survey.images.map(\.path) == ["a/1.png", "b/1.png"])
    }

    /// Whatever a file is called, its contents tell what it is.
    @Test func toldByContentsAndNotByEndings() throws {
        let survey = try survey(["a/picture", "b/1.JPG"]) {
            try write(Array("<html>".utf8), to: "a/page.png", in: $0)
        }
        #expect(survey.images.count == 2)
        #expect(survey.damaged.map(\.path) == ["a/page.png"])
    }

    // MARK: - Damage

    /// Only decoding finds a wrong byte in the middle, which a checksum covers.
    @Test func decodingFindsDamageInTheMiddle() throws {
        try withTemporaryFolder { folder in
            var spoilt = Self.gray(7)
            spoilt[spoilt.count - 20] ^= 0xFF
            try write(Self.gray(1), to: "a/1.png", in: folder)
            try write(spoilt, to: "b/1.png", in: folder)
            #expect(try ImageFolderSurvey(of: folder).damaged.isEmpty)
            let survey = try ImageFolderSurvey(of: folder, decodesAll: true)
            #expect(survey.damaged.map(\.path) == ["b/1.png"])
            let known = try ImageFolderSurvey(of: folder, damaged: ["b/1.png"])
            #expect(known.damaged.map(\.path) == ["b/1.png"])
        }
    }

    // MARK: - Test images of a folder without a test part

    private static let undivided = (0..<2).flatMap { label in
        (0..<40).map { "\(label)/\($0).png" }
    }

    @Test func dealsAShareOfEachClass() throws {
        let parts = try survey(Self.undivided).partCounts(seed: 1)
        #expect(parts.map(\.part) == ["training", "test"])
        #expect(parts.map(\.counts) == [[34, 34], [6, 6]])
    }

    @Test func dealsByTheSeedAndTheFilesAlone() throws {
        func test(seed: UInt64, _ paths: [String] = Self.undivided) throws -> Set<[UInt8]> {
            try withTemporaryFolder { folder in
                for (number, path) in paths.enumerated() {
                    try write(Self.gray(number), to: path, in: folder)
                }
                var request = ImageFolder.Request()
                request.seed = seed
                let test = try ImageFolder.load(
                    ImageFolderSurvey(of: folder), name: "a", request
                ).test
                return Set(try (0..<test.count).map { Array(try test.pixels(at: $0)) })
            }
        }
        let once = try test(seed: 1)
        #expect(try test(seed: 1) == once)
        #expect(try test(seed: 2) != once)
        // The same pictures under other names.
        #expect(try test(seed: 1, Self.undivided.map { $0.replacing("/", with: "/x") }) == once)
    }

    @Test func onePictureThatIsThereTwiceComesToOneSide() throws {
        for seed in 0..<20 as Range<UInt64> {
            try withTemporaryFolder { folder in
                for number in 0..<30 {
                    try write(Self.gray(number), to: "a/\(number).png", in: folder)
                    try write(Self.gray(number), to: "a/copy\(number).png", in: folder)
                    try write(Self.gray(100 + number), to: "b/\(number).png", in: folder)
                }
                #expect(try ImageFolderSurvey(of: folder).sharedFiles(seed: seed).isEmpty)
            }
        }
    }

    @Test func aClassOfOnePictureIsLearntFrom() throws {
        let survey = try survey(["a/1.png", "b/1.png", "b/2.png"]) {
            try write(Self.gray(0), to: "a/copy.png", in: $0)
            try write(Self.gray(0), to: "a/another copy.png", in: $0)
        }
        #expect(try survey.partCounts(seed: 1).map(\.counts) == [[3, 1], [0, 1]])
    }

    // MARK: - Duplicates

    @Test func refusesAnImageInBothPartsUnlessItIsAllowed() throws {
        try withTemporaryFolder { folder in
            for (number, path) in ["train/a/1.png", "test/a/1.png", "train/b/1.png"].enumerated() {
                try write(Self.gray(number), to: path, in: folder)
            }
            try write(Self.gray(2), to: "test/b/2.png", in: folder)
            let survey = try ImageFolderSurvey(of: folder)
            let error = datasetError { _ = try ImageFolder.load(survey, name: "a") }
            #expect(error?.code == .invalidSplit)
            #expect(error?.message.contains("train/b/1.png is test/b/2.png") == true)
            var request = ImageFolder.Request()
            request.allowsDuplicates = true
            #expect(try ImageFolder.load(survey, name: "a", request).test.count == 2)
        }
    }

    @Test func namesOnePictureInTwoClasses() throws {
        let survey = try survey(["a/1.png", "b/1.png"]) {
            try write(Self.gray(0), to: "b/same.png", in: $0)
        }
        #expect(survey.contradictions == [["a/1.png", "b/same.png"]])
    }

    // MARK: - Images in their files

    @Test func imagesInFilesAreThoseInMemory() throws {
        try withTemporaryFolder { folder in
            for number in 0..<20 {
                try write(Self.gray(number), to: "\(number % 2)/\(number).png", in: folder)
            }
            let survey = try ImageFolderSurvey(of: folder)
            var request = ImageFolder.Request()
            let held = try ImageFolder.load(survey, name: "a", request).train
            (request.shape, request.geometry) = ([1, 1, 2], ImageGeometry(resize: nil))
            let files = try ImageFolder.load(survey, name: "a", request).train
            func pairs(_ dataset: ImageDataset) throws -> Set<[UInt8]> {
                Set(
                    try (0..<dataset.count).map {
                        Array(try dataset.pixels(at: $0)) + [UInt8(dataset.label(at: $0))]
                    })
            }
            #expect(try pairs(files) == pairs(held))
            #expect(files.checksum != held.checksum)
            #expect(
                try ImageFolder.load(survey, name: "a", request).train.checksum == files.checksum)
            let loader = try BatchLoader(
                files, preprocessing: Preprocessing(scale: [1], offset: [0]))
            var floats = [Float](repeating: 0, count: files.count * 2)
            var span = floats.mutableSpan
            try loader.loadImages(Array(0..<files.count)[...], into: &span)
            #expect(
                try floats.map { UInt8($0) }
                    == (0..<files.count).flatMap { try files.pixels(at: $0) })
        }
    }

    @Test func aFileThatChangesOrVanishesIsNamed() throws {
        try withTemporaryFolder { folder in
            for path in ["train/a/1.png", "test/a/2.png"] {
                try write(Self.gray(path.count), to: path, in: folder)
            }
            try write(Self.gray(3), to: "test/a/2.png", in: folder)
            var request = ImageFolder.Request()
            (request.shape, request.geometry) = ([1, 1, 2], ImageGeometry(resize: nil))
            let parts = try ImageFolder.load(ImageFolderSurvey(of: folder), name: "a", request)
            try write(Self.gray(77), to: "train/a/1.png", in: folder)
            let changed = datasetError { _ = try parts.train.pixels(at: 0) }
            #expect(changed?.message.contains("train/a/1.png: changed since") == true)
            try FileManager.default.removeItem(atPath: folder + "/test/a/2.png")
            let gone = datasetError { _ = try parts.test.pixels(at: 0) }
            #expect(gone?.message.contains("test/a/2.png: not read") == true)
        }
    }

    @Test func aThousandClassesAreLabelledByName() throws {
        let paths = (0..<1000).flatMap { ["train/c\($0)/1.png", "test/c\($0)/1.png"] }
        let survey = try survey(paths)
        #expect(survey.classNames.count == 1000)
        let parts = try survey.partCounts(seed: 1)
        #expect(parts.allSatisfy { $0.counts == [Int](repeating: 1, count: 1000) })
    }
}

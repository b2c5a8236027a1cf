import BranchyCompute
import BranchyData
import BranchyNet
import Foundation
import TestSupport
import Testing

/// The images that a run was dealt, found again in a folder that has changed.
struct DealtImagesTests {
    private static func gray(_ number: Int) -> [UInt8] {
        SampleBytes.png(
            [UInt8(number % 256), UInt8(number / 256)], width: 2, height: 1, channels: 1)
    }

    /// Two classes of twenty images.
    private func withFolder(_ body: (_ folder: String, _ dealt: DealtImages) throws -> Void) throws
    {
        try withTemporaryFolder { folder in
            for number in 0..<40 {
                try write(Self.gray(number), to: "\(number % 2)/\(number).png", in: folder)
            }
            let dealt = try #require(try ImageFolderSurvey(of: folder).dealt(seed: 1))
            try body(folder, dealt)
        }
    }

    /// Of both parts, held in memory and in their files.
    private func checksums(_ survey: ImageFolderSurvey) throws -> [String] {
        try [true, false].flatMap { isHeld in
            var request = ImageFolder.Request()
            request.seed = 1
            if !isHeld {
                (request.shape, request.geometry) = ([1, 1, 2], ImageGeometry(resize: nil))
            }
            let parts = try ImageFolder.load(survey, name: "a", request)
            return [parts.train.checksum, parts.test.checksum] + parts.train.classNames
        }
    }

    @Test func isReadAsItIsWritten() throws {
        try withTemporaryFolder { folder in
            let names = ["a, \"b\"/1.png", "c;d/2;.png", "\u{E9}\nf/3.png"]
            for (number, name) in names.enumerated() {
                try write(Self.gray(number), to: name, in: folder)
                try write(Self.gray(number + 10), to: name + ".png", in: folder)
            }
            let dealt = try #require(try ImageFolderSurvey(of: folder).dealt(seed: 1))
            #expect(try DealtImages(parsing: dealt.bytes, source: "images.csv") == dealt)
            let text = String(decoding: dealt.bytes, as: UTF8.self)
            #expect(text.hasPrefix("path,label,part,fingerprint\n\"a, \"\"b\"\"/1.png"))
        }
    }

    @Test(arguments: [
        "", "path,label,part\n", "path,label,part,fingerprint\na.png,a,train\n",
        "path,label,part,fingerprint\na.png,a,moon,00112233445566778899aabbccddeeff\n",
        "path,label,part,fingerprint\na.png,a,test,00112233445566778899aabbccddeefg\n",
        "path,label,part,fingerprint\na.png,a,test,+0112233445566778899aabbccddeef\n",
        "path,label,part,fingerprint\n\"a.png",
    ])
    func refusesWhatIsNoList(text: String) {
        let error = datasetError {
            _ = try DealtImages(parsing: Array(text.utf8), source: "run/images.csv")
        }
        #expect(error?.code == .malformedFile)
        #expect(error?.message.hasPrefix("run/images.csv: ") == true)
    }

    @Test func aFolderThatIsDividedNeedsNone() throws {
        try withTemporaryFolder { folder in
            for (number, path) in ["train/a/1.png", "test/a/2.png"].enumerated() {
                try write(Self.gray(number), to: path, in: folder)
            }
            #expect(try ImageFolderSurvey(of: folder).dealt(seed: 1) == nil)
            try FileManager.default.removeItem(atPath: folder + "/test")
            try write(Self.gray(3), to: "train/a/3.png", in: folder)
            #expect(try ImageFolderSurvey(of: folder).dealt(seed: 1) != nil)
        }
    }

    @Test func newImagesChangeNothing() throws {
        try withFolder { folder, dealt in
            let before = try checksums(ImageFolderSurvey(of: folder))
            for number in 100..<200 {
                try write(Self.gray(number), to: "\(number % 2)/\(number).png", in: folder)
            }
            // A class that sorts before the others, and a damaged file.
            try write(Self.gray(300), to: "-/1.png", in: folder)
            try write([1], to: "0/new.png", in: folder)
            let redealing = try ImageFolderSurvey(of: folder).redealt(as: dealt)
            #expect((redealing.newCount, redealing.learntCount) == (101, 34))
            #expect(redealing.lost.isEmpty)
            #expect(try checksums(redealing.survey) == before)
        }
    }

    /// Why images are not dealt anew: some would come to the test that were learnt from.
    @Test func dealingAnewMixesTheParts() throws {
        try withFolder { folder, _ in
            let before = try ImageFolderSurvey(of: folder)
            for number in 100..<200 {
                try write(Self.gray(number), to: "\(number % 2)/\(number).png", in: folder)
            }
            let grown = try ImageFolderSurvey(of: folder)
            let isMixed = try (1...20 as ClosedRange<UInt64>).map { seed in
                var request = ImageFolder.Request()
                request.seed = seed
                let learnt = try Set(ImageFolder.load(before, name: "a", request).train.images)
                let test = try ImageFolder.load(grown, name: "a", request).test
                return try !learnt.isDisjoint(with: test.images)
            }
            #expect(isMixed.contains(true))
        }
    }

    @Test func imagesMayHaveOtherNamesInTheirClass() throws {
        try withFolder { folder, dealt in
            let before = try checksums(ImageFolderSurvey(of: folder))
            try FileManager.default.moveItem(
                atPath: folder + "/0/0.png", toPath: folder + "/0/renamed.png")
            let redealing = try ImageFolderSurvey(of: folder).redealt(as: dealt)
            #expect(redealing.lost.isEmpty)
            #expect(redealing.newCount == 0)
            #expect(try checksums(redealing.survey) == before)
        }
    }

    @Test func namesWhatIsGoneOrChanged() throws {
        try withFolder { folder, dealt in
            try FileManager.default.removeItem(atPath: folder + "/0/0.png")
            try write(Self.gray(77), to: "0/2.png", in: folder)
            try write([], to: "0/4.png", in: folder)
            // The same picture of another class is another image.
            try FileManager.default.moveItem(
                atPath: folder + "/0/6.png", toPath: folder + "/1/6.png")
            let redealing = try ImageFolderSurvey(of: folder).redealt(as: dealt)
            #expect(
                Set(redealing.lost.map { "\($0.path) \($0.reason)" }) == [
                    "0/0.png is gone", "0/2.png is another file now", "0/4.png is empty",
                    "0/6.png is gone",
                ])
            #expect(redealing.newCount == 2)
        }
    }
}

extension ImageDataset {
    fileprivate var images: [[UInt8]] {
        get throws { try (0..<count).map { Array(try pixels(at: $0)) } }
    }
}

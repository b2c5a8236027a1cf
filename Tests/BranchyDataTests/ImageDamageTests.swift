import BranchyCompute
import BranchyData
import BranchyNet
import Foundation
import TestSupport
import Testing

/// One damaged file in every place and every format: it is named, and nothing else is lost.
struct ImageDamageTests {
    /// Where a damaged file is, and where the four whole ones beside it are.
    enum Place: String, CaseIterable, Sendable {
        case train, validation, test, undivided

        var folder: String {
            switch self {
            case .train: "train/a/"
            case .validation: "val/a/"
            case .test: "test/a/"
            case .undivided: "a/"
            }
        }

        var paths: [String] {
            let test = self == .validation ? "val" : "test"
            return self == .undivided
                ? ["a/1.png", "a/2.png", "b/1.png", "b/2.png"]
                : ["train/a/1.png", "train/b/1.png", "\(test)/a/1.png", "\(test)/b/1.png"]
        }
    }

    private static func request(skipsDamaged: Bool) -> ImageFolder.Request {
        var request = ImageFolder.Request()
        (request.shape, request.geometry) = ([1, 6, 8], ImageGeometry(resize: nil))
        request.skipsDamaged = skipsDamaged
        return request
    }

    private func withFiles(
        _ place: Place, damaged: (path: String, bytes: [UInt8]),
        _ body: (_ folder: String) throws -> Void
    ) throws {
        try withTemporaryFolder { folder in
            for (number, path) in place.paths.enumerated() {
                try write(
                    SampleBytes.png([UInt8(number), 1], width: 2, height: 1, channels: 1),
                    to: path, in: folder)
            }
            try write(damaged.bytes, to: damaged.path, in: folder)
            try body(folder)
        }
    }

    private func expectNamed(_ path: String, by survey: ImageFolderSurvey) throws {
        #expect(survey.damaged.map(\.path) == [path])
        let error = datasetError {
            _ = try ImageFolder.load(survey, name: "a", Self.request(skipsDamaged: false))
        }
        #expect(error?.message.contains("1 of 5 images cannot be read: \(path) ") == true)
        let parts = try ImageFolder.load(survey, name: "a", Self.request(skipsDamaged: true))
        #expect((parts.train.count, parts.test.count) == (2, 2))
        for dataset in [parts.train, parts.test] {
            for index in 0..<dataset.count { _ = try dataset.pixels(at: index) }
        }
    }

    @Test(arguments: Place.allCases, SamplePicture.allCases)
    func namesTheDamagedFileAndLosesNoOther(place: Place, picture: SamplePicture) throws {
        for damage in SamplePicture.Damage.allCases where damage.isDetectable(in: picture) {
            let path = place.folder + "\(damage.rawValue).\(picture.ending)"
            try withFiles(place, damaged: (path, picture.bytes(damage))) { folder in
                let decodes = damage == .garbageInTheMiddle
                try expectNamed(path, by: ImageFolderSurvey(of: folder, decodesAll: decodes))
                guard place == .undivided else { return }
                let table = try write(
                    Array(
                        ("path,label\n"
                            + (place.paths + [path]).map { "\($0),\($0.prefix(1))\n" }
                            .joined()).utf8), to: "table.csv", in: folder)
                try expectNamed(path, by: ImageFolderSurvey(table: table, decodesAll: decodes))
            }
        }
    }

    @Test(arguments: SamplePicture.allCases)
    func wholeFilesAreNotDamaged(picture: SamplePicture) throws {
        try withFiles(.undivided, damaged: ("a/5.\(picture.ending)", picture.bytes)) { folder in
            let survey = try ImageFolderSurvey(of: folder, decodesAll: true)
            #expect(survey.images.count == 5)
        }
    }

    /// What an archive holds is looked at as a folder is.
    @Test(arguments: SamplePicture.allCases)
    func namesTheDamagedMemberOfAnArchive(picture: SamplePicture) throws {
        for damage in SamplePicture.Damage.allCases where damage.isDetectable(in: picture) {
            let path = "a/5.\(picture.ending)"
            let members = Place.undivided.paths.enumerated().map { number, path in
                SampleArchive.Member(
                    name: path,
                    contents: SampleBytes.png([UInt8(number), 1], width: 2, height: 1, channels: 1))
            }
            let damaged = SampleArchive.Member(name: path, contents: picture.bytes(damage))
            try withTemporaryFolder { folder in
                let archive = try write(
                    SampleArchive.tar(members + [damaged]), to: "a.tar", in: folder)
                try expectNamed(
                    path,
                    by: ImageFolderSurvey(
                        of: archive, decodesAll: damage == .garbageInTheMiddle))
            }
        }
    }
}

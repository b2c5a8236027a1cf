import BranchyCompute
import BranchyData
import BranchyNet
import Foundation
import TestSupport
import Testing

/// Decoded images that one run leaves to the next.
struct ImageCacheTests {
    private typealias Parts = (train: ImageDataset, test: ImageDataset)

    /// Thirty pictures of 3 x 2 to 5 x 2 pixels in two classes.
    private static func writePictures(to folder: String) throws {
        for number in 0..<30 {
            let width = 3 + number % 3
            let pixels = (0..<width * 2).map { UInt8(($0 * 37 + number * 11) % 256) }
            try write(
                SampleBytes.png(pixels, width: width, height: 2, channels: 1),
                to: "\(number % 2 == 0 ? "a" : "b")/\(number).png", in: folder)
        }
    }

    private func withPictures(
        _ body: (_ pictures: String, _ place: ImageCachePlace) throws -> Void
    ) throws {
        try withTemporaryFolder { folder in
            try Self.writePictures(to: folder + "/pictures")
            try body(
                folder + "/pictures",
                ImageCachePlace(in: folder + "/deep/cache", of: folder + "/pictures"))
        }
    }

    /// Both parts, what was said meanwhile, and how many images were decoded.
    private func load(
        _ pictures: String, _ place: ImageCachePlace?, resize: Int? = 2
    ) throws -> (parts: Parts, events: [ImageCachePlace.Event], decoded: Int) {
        var request = ImageFolder.Request()
        (request.shape, request.geometry) = ([1, 2, 2], ImageGeometry(resize: resize))
        request.cache = place
        var events: [ImageCachePlace.Event] = []
        let parts = try ImageFolder.load(
            ImageFolderSurvey(of: pictures, cache: place), name: "a", request
        ) { events.append($0) }
        let decoded = events.compactMap { event -> Int? in
            if case .making(let done, _) = event { done } else { nil }
        }.max()
        return (parts, events, decoded ?? 0)
    }

    private func pixels(_ parts: Parts) throws -> [[UInt8]] {
        try [parts.train, parts.test].flatMap { dataset in
            try (0..<dataset.count).map {
                Array(try dataset.pixels(at: $0)) + [UInt8(dataset.label(at: $0))]
            }
        }
    }

    private func damage(_ place: ImageCachePlace, _ change: (inout [UInt8]) -> Void) throws {
        var bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: place.path)))
        change(&bytes)
        try Data(bytes).write(to: URL(fileURLWithPath: place.path))
    }

    @Test func imagesAreThoseOfTheFiles() throws {
        try withPictures { pictures, place in
            let plain = try load(pictures, nil).parts
            let first = try load(pictures, place)
            #expect(first.decoded == 30)
            let second = try load(pictures, place)
            #expect(second.events.isEmpty)
            for cached in [first.parts, second.parts] {
                #expect(try pixels(cached) == pixels(plain))
                #expect(cached.train.checksum == plain.train.checksum)
                #expect(cached.test.checksum == plain.test.checksum)
            }
        }
    }

    @Test func nothingIsDecodedOnceItIsKept() throws {
        try withPictures { pictures, place in
            // Only decoding tells whether a BMP file is whole.
            try write(SamplePicture.bmp.bytes, to: "a/1.bmp", in: pictures)
            let expected = try pixels(load(pictures, place).parts)
            let again = try load(pictures, place).parts
            // Without their files there is nothing that could be decoded.
            try FileManager.default.removeItem(atPath: pictures)
            #expect(try pixels(again) == expected)
        }
    }

    @Test func picturesOfOneSizeAreReadFromItToo() throws {
        try withTemporaryFolder { folder in
            for number in 0..<8 {
                try write(
                    SampleBytes.png([UInt8(number), 1], width: 2, height: 1, channels: 1),
                    to: "pictures/\(number % 2)/\(number).png", in: folder)
            }
            var request = ImageFolder.Request()
            let survey = try ImageFolderSurvey(of: folder + "/pictures")
            let plain = try ImageFolder.load(survey, name: "a", request)
            request.cache = ImageCachePlace(in: folder, of: folder + "/pictures")
            for _ in 0..<2 {
                let cached = try ImageFolder.load(survey, name: "a", request)
                #expect(cached.train.checksum == plain.train.checksum)
                #expect(cached.test.checksum == plain.test.checksum)
            }
        }
    }

    @Test func otherImagesOrAnotherTreatmentMakeItAnew() throws {
        try withPictures { pictures, place in
            _ = try load(pictures, place)
            let other = try load(pictures, place, resize: nil)
            #expect(
                other.events.first
                    == .discarded(path: place.path, reason: "is of another treatment"))
            #expect(other.decoded == 30)
            #expect(try pixels(other.parts) == pixels(load(pictures, nil, resize: nil).parts))
            try FileManager.default.removeItem(atPath: pictures + "/a/0.png")
            let fewer = try load(pictures, place, resize: nil)
            #expect(
                fewer.events.first == .discarded(path: place.path, reason: "is of other images"))
            #expect(fewer.decoded == 29)
            #expect(try load(pictures, place, resize: nil).events.isEmpty)
        }
    }

    @Test func onePictureThatIsThereTwiceIsKeptOnce() throws {
        try withPictures { pictures, place in
            try FileManager.default.copyItem(
                atPath: pictures + "/a/0.png", toPath: pictures + "/a/copy.png")
            let plain = try pixels(load(pictures, nil).parts)
            let cached = try load(pictures, place)
            #expect(cached.decoded == 30)
            #expect(try pixels(cached.parts) == plain)
        }
    }

    // MARK: - Files that are no good

    @Test(arguments: [0, 1, 95, 96, 97, 200, -1, -32, -33])
    func aFileOfAnotherLengthIsMadeAnew(length: Int) throws {
        try withPictures { pictures, place in
            let expected = try pixels(load(pictures, place).parts)
            try damage(place) { $0 = Array($0.prefix(length < 0 ? $0.count + length : length)) }
            let again: (parts: Parts, events: [ImageCachePlace.Event], decoded: Int)
            guard length != 1 else {
                // One byte is not known for ours.
                #expect(throws: ModelError.self) { try load(pictures, place) }
                return
            }
            again = try load(pictures, place)
            #expect(again.decoded == 30)
            #expect(try pixels(again.parts) == expected)
        }
    }

    /// Wherever a bit is wrong before anything is used, and whatever a header claims, the file is not
    /// used; where pixels are, they are not.
    @Test func everyWrongByteIsFound() throws {
        try withPictures { pictures, place in
            let expected = try pixels(load(pictures, place).parts)
            let whole = try [UInt8](Data(contentsOf: URL(fileURLWithPath: place.path)))
            let pixelRange = 96..<96 + 30 * 4
            for index in whole.indices where index % 7 == 0 || index < 34 {
                var bytes = whole
                bytes[index] ^= 0x40
                try Data(bytes).write(to: URL(fileURLWithPath: place.path))
                if index < 8 {
                    #expect(throws: ModelError.self) { try load(pictures, place) }
                } else if pixelRange.contains(index) {
                    let cached = try load(pictures, place).parts
                    let error = datasetError { _ = try pixels(cached) }
                    #expect(error?.message.contains("is damaged (image") == true, "\(index)")
                } else {
                    let again = try load(pictures, place)
                    #expect(again.decoded == 30, "byte \(index)")
                    #expect(try pixels(again.parts) == expected)
                }
            }
        }
    }

    @Test func aFileOfSomebodyElseIsLeftAlone() throws {
        try withPictures { pictures, place in
            _ = try load(pictures, place)
            let foreign = Data("my notes".utf8)
            try foreign.write(to: URL(fileURLWithPath: place.path))
            let error = #expect(throws: ModelError.self) { _ = try load(pictures, place) }
            #expect(error?.code == .unwritable)
            #expect(error?.message.contains("found another file, which is left alone") == true)
            #expect(try Data(contentsOf: URL(fileURLWithPath: place.path)) == foreign)
            try FileManager.default.removeItem(atPath: place.path)
            try FileManager.default.createDirectory(
                atPath: place.path, withIntermediateDirectories: false)
            #expect(throws: ModelError.self) { try load(pictures, place) }
        }
    }

    @Test func aFileThatIsCutShortWhileItIsUsedIsNamed() throws {
        try withPictures { pictures, place in
            let parts = try load(pictures, place).parts
            let file = try #require(FileHandle(forWritingAtPath: place.path))
            try file.truncate(atOffset: 100)
            let error = datasetError { _ = try pixels(parts) }
            #expect(error?.message.contains("was cut short while it was used") == true)
        }
    }

    @Test func aFolderThatCannotBeOneIsRefused() throws {
        try withPictures { pictures, _ in
            let file = try write([1], to: "file", in: pictures + "/..")
            let place = ImageCachePlace(in: file, of: pictures)
            let error = #expect(throws: ModelError.self) { try load(pictures, place) }
            #expect(error?.code == .unwritable)
        }
    }

    @Test func whatIsStoppedOrCannotBeDecodedLeavesNothing() throws {
        struct Stop: Error {}
        try withPictures { pictures, place in
            var request = ImageFolder.Request()
            (request.shape, request.geometry) = ([1, 2, 2], ImageGeometry(resize: 2))
            request.cache = place
            let survey = try ImageFolderSurvey(of: pictures)
            #expect(throws: Stop.self) {
                try ImageFolder.load(survey, name: "a", request) { _ in throw Stop() }
            }
            try write([1, 2, 3], to: "a/0.png", in: pictures)
            #expect(
                datasetError { _ = try ImageFolder.load(survey, name: "a", request) }?.message
                    .contains("a/0.png: changed since") == true)
            let folder = String(place.path.prefix(upTo: place.path.lastIndex(of: "/")!))
            let left = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(left.isEmpty)
        }
    }

    @Test func dataSetsHaveFilesOfTheirOwn() {
        let places = ["/photos", "/my photos", "/a/photos", "/a/ph\u{F6}tos/"].map {
            ImageCachePlace(in: "cache", of: $0).path
        }
        #expect(Set(places).count == 4)
        #expect(places.allSatisfy { $0.hasPrefix("cache/") && $0.hasSuffix(".images") })
        #expect(places[1].hasPrefix("cache/my_photos-"))
    }
}

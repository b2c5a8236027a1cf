import BranchyCompute
import BranchyData
import BranchyNet

/// Decoded images of two pictures, as an earlier run may have kept them.
enum KeptImages {
    private static let place = "/pictures"

    static func read(_ input: [UInt8], in folder: ScratchFolder) throws {
        let cache = ImageCachePlace(in: folder.path, of: place)
        _ = try folder.write(input, String(cache.path.dropFirst(folder.path.count + 1)))
        for number in 1...2 { _ = try folder.write(picture(UInt8(number)), "\(number).bmp") }
        let table = try folder.write(Array("path,label\n1.bmp,a\n2.bmp,b\n".utf8), "table.csv")
        var request = ImageFolder.Request()
        (request.shape, request.geometry) = ([3, 1, 2], ImageGeometry(resize: nil))
        let survey = try ImageFolderSurvey(table: table)
        let plain = try ImageFolder.load(survey, name: "plain", request).train
        request.cache = cache
        // What it says of wholeness is believed, and of pixels is not.
        let cached = try ImageFolder.load(
            ImageFolderSurvey(table: table, cache: cache), name: "cached", request
        ).train
        try FuzzFinding.require(cached.count == plain.count, "another number of images")
        for index in 0..<plain.count {
            try FuzzFinding.require(
                cached.pixels(at: index) == plain.pixels(at: index), "other pixels than the file's")
        }
    }

    /// A BMP file of two pixels in colour.
    private static func picture(_ number: UInt8) -> [UInt8] {
        func word(_ number: UInt8) -> [UInt8] { [number, 0, 0, 0] }
        return Array("BM".utf8) + word(62) + word(0) + word(54) + word(40) + word(2) + word(1)
            + [1, 0, 24, 0] + word(0) + word(8) + word(0) + word(0) + word(0) + word(0)
            + [number, 2, 3, 4, 5, 6, 0, 0]
    }
}

/// The list of the images that a run was dealt.
enum DealtList {
    static func read(_ input: [UInt8]) throws {
        let list = try DealtImages(parsing: input, source: "images.csv")
        let again = try DealtImages(parsing: list.bytes, source: "images.csv")
        try FuzzFinding.require(again == list, "another list than was written")
    }
}

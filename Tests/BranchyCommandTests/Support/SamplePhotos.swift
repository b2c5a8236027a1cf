import TestSupport

/// A folder of pictures as people have them: of several sizes, without a test part.
enum SamplePhotos {
    private static let settings = [
        "--size", "32", "--epochs", "1", "--set", "data.calibrationImages=4",
    ]

    /// A picture of stripes along rows or columns, noisy, of one of three sizes.
    static func picture(_ number: Int, alongRows: Bool) -> [UInt8] {
        let (width, height) = [(40, 36), (33, 48), (64, 40)][number % 3]
        var noise = UInt32(truncatingIfNeeded: number &* 7919 &+ (alongRows ? 1 : 2))
        let pixels = (0..<width * height * 3).map { place -> UInt8 in
            noise = noise &* 1_664_525 &+ 1_013_904_223
            let (row, column) = (place / 3 / width, place / 3 % width)
            let isBright = (alongRows ? row : column) / 4 % 2 == 0
            return (isBright ? 180 : 40) + UInt8(noise >> 26)
        }
        return SampleBytes.png(pixels, width: width, height: height, channels: 3)
    }

    /// Writes pictures of two classes, `rows` and `columns`.
    static func write(_ numbers: Range<Int>, to folder: String) throws {
        for number in numbers {
            for (name, alongRows) in [("rows", true), ("columns", false)] {
                try TestSupport.write(
                    picture(number, alongRows: alongRows), to: "\(name)/\(number).png", in: folder)
            }
        }
    }

    /// Lends a folder that holds `my photos`, thirty pictures of each class.
    static func withFolder(_ body: (_ folder: String) throws -> Void) throws {
        try withTemporaryFolder { folder in
            try write(0..<30, to: folder + "/my photos")
            try body(folder)
        }
    }

    /// Trains on `my photos` for an epoch.
    static func train(
        _ folder: String, _ arguments: String..., into run: String = "run"
    ) throws -> Program.Result {
        try train(folder, arguments, into: run)
    }

    /// The same.
    static func train(
        _ folder: String, _ arguments: [String], into run: String
    ) throws -> Program.Result {
        try Program.run(
            ["train", "b-photo", "-o", folder + "/" + run]
                + ["--dataset", "folder:\(folder)/my photos"] + settings + arguments)
    }
}

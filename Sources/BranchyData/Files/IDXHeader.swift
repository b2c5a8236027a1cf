import BranchyChecksum
import BranchyCompute

/// The first bytes of an IDX file: what it claims to hold, which is to be checked against what
/// follows.
struct IDXHeader {
    /// What errors call the file.
    let name: String
    let dimensions: [Int]
    /// How many bytes the header has.
    let byteCount: Int
    /// How many bytes follow it, by what it says.
    let dataByteCount: Int

    private static let fetchAgain = "The file is not complete: fetch it again"

    /// Reads a header; nothing is allocated by what it claims.
    ///
    /// - Parameters:
    ///   - name: what errors call the file.
    ///   - read: gives the next bytes of the file, fewer than it is asked for only at its end.
    ///   - following: how many bytes follow the header, given the number of its own, or `nil` where
    ///     that shows only when they are read.
    init(
        name: String, reading read: (Int) throws -> [UInt8], following: (Int) -> Int?
    ) throws {
        let rank = try Self.rank(of: read(4), name: name)
        let sizes = try read(4 * rank)
        self.name = name
        byteCount = 4 + 4 * rank
        guard sizes.count == 4 * rank else {
            throw DatasetError(
                .malformedFile, file: name, "ends within its IDX header",
                expected: "\(byteCount) bytes for \(rank) dimensions",
                found: "\(4 + sizes.count) bytes", remedy: Self.fetchAgain)
        }
        dimensions = (0..<rank).map { Self.size(at: 4 * $0, in: sizes) }
        guard let shape = Shape(exactly: dimensions) else {
            let claim = dimensions.map(String.init).joined(separator: "x")
            throw DatasetError(
                .malformedFile, file: name, "claims to hold \(claim) bytes",
                expected: "sizes that a file can have",
                found: following(byteCount).map {
                    "\($0) bytes of data"
                })
        }
        dataByteCount = shape.elementCount
        if let count = following(byteCount) { try check(dataByteCount: count) }
    }

    private static func rank(of start: [UInt8], name: String) throws -> Int {
        guard start.count == 4, start[0] == 0, start[1] == 0 else {
            throw DatasetError(
                .malformedFile, file: name, "is not an IDX file",
                expected: "0000 as its first two bytes and a header of 4 or more",
                found: start.isEmpty ? "an empty file" : Checksum.hexadecimal(start))
        }
        guard start[2] == 0x08 else { throw wrongElement(start[2], name: name) }
        guard start[3] > 0 else {
            throw DatasetError(
                .malformedFile, file: name, "has no dimension",
                expected: "1 or more in byte 3", found: "0")
        }
        return Int(start[3])
    }

    private static func wrongElement(_ type: UInt8, name: String) -> DatasetError {
        let known: [UInt8: String] = [
            0x09: "signed bytes", 0x0B: "16-bit integers", 0x0C: "32-bit integers",
            0x0D: "32-bit floats", 0x0E: "64-bit floats",
        ]
        let found = "0x\(Checksum.hexadecimal([type]))"
        return DatasetError(
            known[type] == nil ? .malformedFile : .unsupportedFormat, file: name,
            known[type].map { "is an IDX file of \($0)" } ?? "has an unknown IDX element type",
            expected: "unsigned bytes (0x08 in byte 2)", found: found)
    }

    /// A big-endian number of four bytes.
    private static func size(at position: Int, in bytes: [UInt8]) -> Int {
        bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
    }

    /// Requires that the data are as many bytes as the header says.
    func check(dataByteCount found: Int) throws {
        guard found == dataByteCount else {
            throw wrongLength(found: "\(found)", isShort: found < dataByteCount)
        }
    }

    /// What is wrong with a file that has fewer or more data than its header says.
    func wrongLength(found: String, isShort: Bool) -> DatasetError {
        DatasetError(
            .malformedFile, file: name, isShort ? "is truncated" : "has bytes after its data",
            expected: "\(sizes) = \(dataByteCount) bytes of data", found: found,
            remedy: isShort ? Self.fetchAgain : "The file is damaged: fetch it again")
    }

    /// What is wrong with a file that holds something else than it is read as.
    func wrongKind(expected: String) -> DatasetError {
        let kind = dimensions.count == 1 ? ", which is a file of labels" : ""
        return DatasetError(
            .malformedFile, file: name, "holds something else", expected: expected,
            found: "\(sizes) bytes\(kind)", remedy: "Were two files exchanged?")
    }

    /// The shape of one image: `[1, height, width]`.
    func imageShape() throws -> Shape {
        guard dimensions.count == 3, dimensions[1] > 0, dimensions[2] > 0 else {
            throw wrongKind(expected: "images: 3 sizes, none of the last two 0")
        }
        return [1, dimensions[1], dimensions[2]]
    }

    /// The sizes as people write them.
    private var sizes: String { dimensions.map(String.init).joined(separator: "x") }
}

import BranchyChecksum
import Compute

/// The first bytes of an IDX file, checked against the number of bytes that really follow.
struct IDXHeader {
    let dimensions: [Int]
    let byteCount: Int

    /// Reads and checks the header of a whole file; nothing is allocated by what it claims.
    init(of contents: [UInt8], name: String) throws {
        let rank = try Self.rank(of: contents, name: name)
        byteCount = 4 + 4 * rank
        guard contents.count >= byteCount else {
            throw DatasetError(
                .malformedFile, file: name, "ends within its IDX header",
                expected: "\(byteCount) bytes for \(rank) dimensions",
                found: "\(contents.count) bytes", remedy: Self.fetchAgain)
        }
        dimensions = (1...rank).map { Self.size(at: 4 * $0, in: contents) }
        try check(dataByteCount: contents.count - byteCount, name: name)
    }

    private static let fetchAgain = "The file is not complete: fetch it again"

    private static func rank(of contents: [UInt8], name: String) throws -> Int {
        guard contents.count >= 4, contents[0] == 0, contents[1] == 0 else {
            throw DatasetError(
                .malformedFile, file: name, "is not an IDX file",
                expected: "0000 as its first two bytes and a header of 4 or more",
                found: contents.isEmpty ? "an empty file" : hexadecimal(contents.prefix(4)))
        }
        guard contents[2] == 0x08 else { throw wrongElement(contents[2], name: name) }
        guard contents[3] > 0 else {
            throw DatasetError(
                .malformedFile, file: name, "has no dimension",
                expected: "1 or more in byte 3", found: "0")
        }
        return Int(contents[3])
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
    private static func size(at position: Int, in contents: [UInt8]) -> Int {
        contents[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
    }

    private func check(dataByteCount: Int, name: String) throws {
        let claim = dimensions.map(String.init).joined(separator: "x")
        guard let shape = Shape(exactly: dimensions) else {
            throw DatasetError(
                .malformedFile, file: name, "claims to hold \(claim) bytes",
                expected: "sizes that a file can have", found: "\(dataByteCount) bytes of data")
        }
        guard shape.elementCount == dataByteCount else {
            let isShort = dataByteCount < shape.elementCount
            throw DatasetError(
                .malformedFile, file: name,
                isShort ? "is truncated" : "has bytes after its data",
                expected: "\(claim) = \(shape.elementCount) bytes of data",
                found: "\(dataByteCount)",
                remedy: isShort ? Self.fetchAgain : "The file is damaged: fetch it again")
        }
    }

    private static func hexadecimal(_ bytes: ArraySlice<UInt8>) -> String {
        Checksum.hexadecimal(bytes)
    }
}

import BranchyChecksum

/// A file of a data set, as its publisher and mirrors offer it.
public struct PublishedFile: Hashable, Sendable {
    /// What it is called at the mirrors, such as `train-images-idx3-ubyte.gz`.
    public let name: String
    /// Its size in bytes.
    public let byteCount: Int
    /// Its MD5 in hexadecimal, as publishers often print it. Nothing is checked by it.
    public let md5: String
    /// Its SHA-256 in hexadecimal.
    public let sha256: String
    /// SHA-256 of the uncompressed contents in hexadecimal, where they are what counts: the file may
    /// then be there without its `.gz`, or compressed by somebody else. `nil` where only the file
    /// as it is published is the right one.
    public let contentsSHA256: String?
    /// The folders in which it is looked for, relative to the folder of data. A fetched file goes
    /// to the first.
    public let folders: [String]

    /// Describes a file.
    public init(
        name: String, byteCount: Int, md5: String, sha256: String, contentsSHA256: String? = nil,
        folders: [String]
    ) {
        self.name = name
        self.byteCount = byteCount
        self.md5 = md5
        self.sha256 = sha256
        self.contentsSHA256 = contentsSHA256
        self.folders = folders
    }

    /// Where a fetched file goes in a folder of data.
    public func destination(in dataFolder: String) -> String {
        Self.path(of: name, in: folders.first ?? "", of: dataFolder)
    }

    private static func path(of name: String, in folder: String, of dataFolder: String) -> String {
        ([dataFolder] + (folder.isEmpty ? [] : [folder]) + [name]).joined(separator: "/")
    }
}

/// Whether a file is in a folder of data.
package enum FilePresence: Sendable {
    /// It is nowhere that it is looked for.
    case absent
    /// It is there, with the published contents.
    case right(path: String)
    /// Another one, or one that cannot be read, is in its place.
    case wrong(path: String, DatasetError)
}

extension PublishedFile {
    /// The largest contents that are uncompressed to look at them.
    private static let maximumContentsByteCount = 64 << 20

    private static let ending = ".gz"

    /// What the uncompressed file is called.
    var contentsName: String {
        name.hasSuffix(Self.ending) ? String(name.dropLast(Self.ending.count)) : name
    }

    /// Every path at which it is looked for, in that order.
    package func candidates(in dataFolder: String) -> [String] {
        let names = contentsSHA256 == nil ? [name] : [contentsName, name]
        return folders.flatMap { folder in
            names.map { Self.path(of: $0, in: folder, of: dataFolder) }
        }
    }

    /// The first path at which something is.
    func path(in dataFolder: String) -> String? {
        candidates(in: dataFolder).first { FileKind(at: $0) != nil }
    }

    /// Looks for the file, and whether it is the published one.
    package func presence(in dataFolder: String) -> FilePresence {
        guard let path = path(in: dataFolder) else { return .absent }
        do {
            try check(fileAt: path)
            return .right(path: path)
        } catch let error as DatasetError {
            return .wrong(path: path, error)
        } catch {
            return .wrong(path: path, DatasetError(.unreadableFile, "\(path): \(error)"))
        }
    }

    /// The paths at which its contents are looked for where they are not compressed, and nothing is
    /// known of them.
    func unpackedCandidates(in dataFolder: String) -> [String] {
        folders.map { Self.path(of: contentsName, in: $0, of: dataFolder) }
    }

    /// Requires that the file at a path is the published one.
    ///
    /// - Throws: ``DatasetError`` of code `checksumMismatch` where it is not, or where the file cannot
    ///   be read.
    func check(fileAt path: String) throws {
        if contentsSHA256 == nil {
            let found = try CompressedFile.sha256(ofFile: path)
            guard found == sha256 else { throw mismatch(path, sha256, found) }
        } else {
            _ = try contents(ofFileAt: path)
        }
    }

    /// The uncompressed contents of the file at a path.
    ///
    /// - Throws: ``DatasetError`` of code `checksumMismatch` where they are not the published ones,
    ///   or where the file cannot be read.
    func contents(ofFileAt path: String) throws -> [UInt8] {
        let contents = try CompressedFile.contents(
            ofFile: path, maximumByteCount: Self.maximumContentsByteCount)
        let found = Checksum.sha256(contents)
        guard let contentsSHA256, found != contentsSHA256 else { return contents }
        throw mismatch(path, "\(contentsSHA256) of the uncompressed contents", found)
    }

    private func mismatch(_ path: String, _ expected: String, _ found: String) -> DatasetError {
        DatasetError(
            .checksumMismatch, file: path,
            "is not the published \(contentsSHA256 == nil ? name : contentsName)",
            expected: "SHA-256 \(expected)", found: found,
            remedy: "Move it away; `branchynet datasets fetch` fetches the published one")
    }
}

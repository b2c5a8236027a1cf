import BranchyNet

/// Where the bytes of image files are.
enum ImageContents: Sendable {
    /// In a folder, from which paths count that are not absolute.
    case folder(String)
    /// In memory, by path: what an archive held.
    case archive(String, [String: [UInt8]])

    /// What errors call a file.
    func name(of path: String) -> String {
        switch self {
        case .folder(let root): path.hasPrefix("/") ? path : root + "/" + path
        case .archive(let archive, _): archive + ": " + path
        }
    }

    /// All bytes of a file.
    ///
    /// - Throws: `ModelError` where it is missing, cannot be read or has more bytes than `limit`.
    func bytes(of path: String, limit: Int) throws -> [UInt8] {
        switch self {
        case .folder: try AtomicFile.read(name(of: path), limit: limit)
        case .archive(_, let files): try member(path, files)
        }
    }

    /// The first and the last bytes of a file, fewer where it is shorter, and how many it has.
    ///
    /// - Throws: as above.
    func ends(
        of path: String, startByteCount: Int, endByteCount: Int
    ) throws -> (byteCount: Int, start: [UInt8], end: [UInt8]) {
        switch self {
        case .folder:
            return try AtomicFile.ends(
                of: name(of: path), startByteCount: startByteCount, endByteCount: endByteCount)
        case .archive(_, let files):
            let bytes = try member(path, files)
            return (
                bytes.count, Array(bytes.prefix(startByteCount)), Array(bytes.suffix(endByteCount))
            )
        }
    }

    private func member(_ path: String, _ files: [String: [UInt8]]) throws -> [UInt8] {
        guard let bytes = files[path] else {
            throw ModelError(.missingFile, "\(name(of: path)): not read: there is no such file")
        }
        return bytes
    }
}

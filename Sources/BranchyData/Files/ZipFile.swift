import CArchive

/// A zip archive, of which some files are read. Nothing is unpacked to disk.
enum ZipFile {
    /// The contents of the files of some paths; those that are not there are left out.
    ///
    /// - Parameter maximumByteCount: how large each of them may be; more is refused.
    /// - Throws: ``DatasetError`` of code `fileNotFound`, `unreadableFile`, `malformedFile` where the
    ///   archive holds a link or a device, or `limitExceeded`.
    static func contents(
        of names: Set<String>, in path: String, maximumByteCount: Int
    ) throws -> [String: [UInt8]] {
        let reader = try ArchiveReader.open(path, as: .zip)
        var contents: [String: [UInt8]] = [:]
        while contents.count < names.count, let entry = try reader.nextEntry() {
            let name = ArchiveReader.path(of: entry).map { FileName($0).text } ?? ""
            guard carchive_is_file(entry) != 0 || carchive_is_folder(entry) != 0 else {
                throw DatasetError(
                    .malformedFile, file: "\(path): \(name)", "is a link or a device",
                    expected: "files and folders", remedy: "Nothing of the archive was used")
            }
            guard names.contains(name) else { continue }
            contents[name] = try reader.rest(
                atMost: maximumByteCount, ofFile: "\(path): \(name)")
        }
        return contents
    }
}

/// An IDX file, plain or compressed with gzip, read from front to back as far as it is asked for.
struct IDXReader: ~Copyable {
    let header: IDXHeader
    private let reader: ArchiveReader
    private var position = 0

    /// Opens a file and reads its header. Whether a plain file has as many bytes as its header says,
    /// its size tells; of a compressed one that shows where they end.
    ///
    /// - Throws: ``DatasetError`` of code `fileNotFound`, `unreadableFile`, `malformedFile` or
    ///   `unsupportedFormat`.
    init(_ path: String) throws {
        let reader = try ArchiveReader.open(path, as: .compressedBytes)
        let hasContents = try reader.nextEntry() != nil
        let header = try IDXHeader(name: path) { count in
            hasContents ? try reader.readChunk(capacity: count) : []
        } following: { headerByteCount in
            reader.isCompressed ? nil : reader.fileByteCount.map { $0 - headerByteCount }
        }
        self.header = header
        self.reader = reader
    }

    /// The next bytes of the data, of which there are so many by what the header says. Memory is
    /// taken as they come, and not for what is claimed.
    ///
    /// - Throws: ``DatasetError`` of code `malformedFile` where there are fewer, `unreadableFile`
    ///   where the file is damaged.
    mutating func read(_ count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let chunk = try reader.readChunk(
                capacity: min(count - bytes.count, ArchiveReader.chunkSize))
            position += chunk.count
            guard !chunk.isEmpty else {
                throw header.wrongLength(found: "\(position)", isShort: true)
            }
            if bytes.isEmpty { bytes = chunk } else { bytes += chunk }
        }
        return bytes
    }

    /// Requires that the file ends where the header says.
    func checkEnd() throws {
        guard try reader.readChunk(capacity: 1).isEmpty else {
            throw header.wrongLength(found: "more", isShort: false)
        }
    }
}

import BranchyNet

extension ImageCache {
    /// So many images are decoded before who waits is told, and so many bytes of pixels are in memory
    /// at once.
    private static let groupCount = 256
    private static let groupByteCount = 1 << 25

    /// Decodes images on all cores and keeps them.
    ///
    /// - Parameters:
    ///   - files: a file for each of the fingerprints, in their order.
    ///   - observe: told how many images are done.
    /// - Throws: `ModelError` of code `unwritable` where there is no room, ``DatasetError`` where an
    ///   image cannot be decoded, what `observe` throws; nothing is left then.
    static func make(
        at path: String, _ header: ImageCacheHeader, of files: ImageFiles,
        observe: (_ done: Int, _ count: Int) throws -> Void
    ) throws {
        try requireRoom(for: header, at: path)
        try AtomicFile.write(to: path) { append in
            try append(header.bytes)
            var list: [UInt8] = []
            let count = max(1, min(Self.groupCount, groupByteCount / max(1, header.imageByteCount)))
            for start in stride(from: 0, to: header.count, by: count) {
                try observe(start, header.count)
                let group = Array(start..<min(start + count, header.count))
                let decoded = try group.concurrentMap { index in
                    let pixels = try files.pixels(at: index)
                    return (pixels, checksum(of: pixels))
                }
                for (index, (pixels, checksum)) in zip(group, decoded) {
                    try append(pixels)
                    list += files.files[index].fingerprint.bytes + checksum
                }
            }
            try append(list)
            try append(header.checksum(of: list))
            try observe(header.count, header.count)
        }
    }

    private static func requireRoom(for header: ImageCacheHeader, at path: String) throws {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        guard let free = OutputFolder.freeByteCount(in: folder), free < header.fileByteCount else {
            return
        }
        throw ModelError(
            .unwritable,
            "\(folder): no room for the cache: expected \(header.fileByteCount) bytes free, found "
                + "\(free). Make room, choose another folder by --cache, or leave it out")
    }
}

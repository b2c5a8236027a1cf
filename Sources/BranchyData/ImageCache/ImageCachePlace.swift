import BranchyChecksum
import BranchyCompute
import BranchyNet

/// The file that keeps the decoded images of a folder, an archive or a table, see ``ImageFolder/Request``.
///
/// A folder of caches has one file for each data set, named after it and where it lies.
public struct ImageCachePlace: Hashable, Sendable {
    /// What is told while a cache is looked for and made.
    public enum Event: Hashable, Sendable {
        /// One that was there is of no use; why, to be read behind its name.
        case discarded(path: String, reason: String)
        /// So many images are decoded.
        case making(done: Int, count: Int)
    }

    /// The file.
    public let path: String

    /// Names the file of a data set.
    ///
    /// - Parameters:
    ///   - folder: of caches; it is made where there is none.
    ///   - dataset: the absolute path of the folder, archive or table.
    public init(in folder: String, of dataset: String) {
        let name = dataset.utf8.split(separator: UInt8(ascii: "/")).last ?? []
        let plain = name.prefix(40).map { byte in
            Self.isPlain(byte) ? Character(UnicodeScalar(byte)) : "_"
        }
        let place = Checksum.sha256(Array(dataset.utf8)).prefix(16)
        path = "\(folder)/\(String(plain))-\(place).images"
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch UnicodeScalar(byte) {
        case "a"..."z", "A"..."Z", "0"..."9", "-", "_": true
        default: false
        }
    }

    /// The folder that it is in.
    private var folder: String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "." }

    /// The files whose images are kept there; none where there is no cache that is whole.
    var fingerprints: Set<FileFingerprint> { ImageCache.fingerprints(at: path) }

    /// Where images are kept as parts are cut out of them.
    var crops: ImageCachePlace {
        ImageCachePlace(path: path.dropLast(".images".count) + "-crops.images")
    }

    private init(path: some StringProtocol) { self.path = String(path) }

    /// The cache of what parts are cut out of; `nil` where that is the files.
    ///
    /// - Parameter cache: of the images as they are read, which may be the same.
    /// - Throws: as ``cache(of:observe:)``.
    func cropCache(
        of files: ImageFiles, beside cache: ImageCache?, observe: (Event) throws -> Void
    ) throws -> ImageCache? {
        guard let source = files.cropSource else { return nil }
        return source.shape == files.shape ? cache : try self.cache(of: source, observe: observe)
    }

    /// The cache of some files, which is made where there is none that fits.
    ///
    /// - Throws: `ModelError` of code `unwritable` where it can be neither used nor made,
    ///   ``DatasetError`` where an image cannot be decoded, what `observe` throws.
    func cache(of files: ImageFiles, observe: (Event) throws -> Void) throws -> ImageCache {
        let files = files.distinct
        let fingerprints = files.files.map(\.fingerprint)
        let header = ImageCacheHeader(
            of: fingerprints, imageByteCount: files.shape.elementCount, treatment: files.treatment)
        try OutputFolder.make(folder)
        switch try ImageCache.find(at: path, header, fingerprints) {
        case .cache(let cache): return cache
        case .useless(let reason): try observe(.discarded(path: path, reason: reason))
        case .none: break
        }
        try ImageCache.make(at: path, header, of: files) {
            try observe(.making(done: $0, count: $1))
        }
        // Another process may have put one of other images there meanwhile.
        guard case .cache(let cache) = try ImageCache.find(at: path, header, fingerprints) else {
            throw ModelError(
                .busy,
                "\(path): another process keeps other images here; choose another folder by --cache"
            )
        }
        return cache
    }
}

extension ImageFiles {
    /// One file of each fingerprint, in their order.
    fileprivate var distinct: ImageFiles {
        let sorted = files.indices.sorted { files[$0].fingerprint < files[$1].fingerprint }
        return subset(
            sorted.enumerated().filter { place, index in
                place == 0 || files[sorted[place - 1]].fingerprint != files[index].fingerprint
            }.map(\.element))
    }

    /// What becomes of a picture, in words that differ wherever its pixels may.
    fileprivate var treatment: String {
        guard let geometry else { return "\(shape), as they are" }
        return "\(shape), resized to \(geometry.resize.map { "\($0)" } ?? "the whole"), "
            + geometry.interpolation.rawValue
    }
}

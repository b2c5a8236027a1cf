import BranchyChecksum
import BranchyCompute

/// What stands at the beginning of a cache file: what it is, whose images it holds, and what was done
/// to them. All numbers have their lowest byte first.
///
/// ```
/// at   0   8 bytes   "bnpixels"
///      8   8         the version of this layout and of how pictures are decoded
///     16   8         how many images there are
///     24   8         how many bytes each of them has
///     32  32         SHA-256 of the images' fingerprints
///     64  32         SHA-256 of what was done to them, in words
///     96             the images, then 32 bytes for each: its file's fingerprint and the first 16 bytes
///                    of the SHA-256 of its pixels; then the SHA-256 of the header and this list
/// ```
///
/// Who looks for a cache knows what has to stand here, so nothing is read out of it: the bytes are
/// compared. Only ``ImageCache/fingerprints(at:)`` takes a number, and compares it with the size.
struct ImageCacheHeader: Equatable {
    static let byteCount = 96
    static let entryByteCount = 32
    /// To be counted up wherever a picture becomes other pixels than before.
    private static let version: UInt64 = 1
    private static let magic = Array("bnpixels".utf8)

    let count: Int
    let imageByteCount: Int
    let bytes: [UInt8]

    /// The header of a cache of some images, in the order of their fingerprints, none of them twice.
    init(of fingerprints: [FileFingerprint], imageByteCount: Int, treatment: String) {
        var content = SHA256Hasher()
        for fingerprint in fingerprints { content.update(fingerprint.bytes) }
        var words = SHA256Hasher()
        words.update(treatment.utf8)
        (count, self.imageByteCount) = (fingerprints.count, imageByteCount)
        bytes =
            Self.magic + Self.number(Self.version) + Self.number(UInt64(count))
            + Self.number(UInt64(imageByteCount)) + content.digest + words.digest
    }

    /// The header that a file of a size begins with; `nil` where it is none that goes with the size.
    init?(_ bytes: [UInt8], fileByteCount: Int) {
        guard bytes.count == Self.byteCount, Self.isCache(bytes),
            bytes[8..<16].elementsEqual(Self.number(Self.version)),
            let count = Self.number(bytes[16..<24]), let size = Self.number(bytes[24..<32])
        else { return nil }
        (self.count, imageByteCount, self.bytes) = (count, size, bytes)
        guard self.fileByteCount == fileByteCount else { return nil }
    }

    /// How many bytes the whole file has; more than any where that many cannot be counted.
    var fileByteCount: Int {
        count.multipliedSaturating(by: imageByteCount.addingSaturating(Self.entryByteCount))
            .addingSaturating(Self.byteCount + SHA256Hasher.byteCount)
    }

    /// Where an image's pixels are.
    func range(of place: Int) -> Range<Int> {
        let start = Self.byteCount + place * imageByteCount
        return start..<start + imageByteCount
    }

    /// Where the list and its checksum are.
    var listRange: Range<Int> {
        fileByteCount - listByteCount - SHA256Hasher.byteCount..<fileByteCount
    }

    var listByteCount: Int { count * Self.entryByteCount }

    /// What stands behind the list, by which it is known to be whole.
    func checksum(of list: some Sequence<UInt8>) -> [UInt8] {
        var hasher = SHA256Hasher()
        hasher.update(bytes)
        hasher.update(list)
        return hasher.digest
    }

    /// Whether a file that begins like this is a cache of ours, of whatever version.
    static func isCache(_ start: [UInt8]) -> Bool { start.starts(with: magic) }

    /// Why a file that begins with other bytes is not the one that is looked for.
    func difference(from found: [UInt8]) -> String {
        if found.count < Self.byteCount || found[8..<16] != bytes[8..<16] {
            return "is damaged or of another version"
        }
        return found[32..<64] != bytes[32..<64] ? "is of other images" : "is of another treatment"
    }

    private static func number(_ number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int? {
        Int(exactly: bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
}

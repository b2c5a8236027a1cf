import BranchyChecksum
import BranchyNet

/// What tells image files apart without reading all of them: the first 128 bits of a SHA-256 over
/// size, first and last 4 KiB.
///
/// Compressed pixels differ at their end wherever pictures differ, so that two pictures of one
/// fingerprint are one picture for all that happens by accident. Somebody who edits the middle of
/// a file by hand and keeps its size is not found out.
struct FileFingerprint: Hashable, Comparable, Sendable {
    /// So many bytes count at either end.
    static let endByteCount = 4096

    let bits: UInt128

    init(bits: UInt128) { self.bits = bits }

    init(byteCount: Int, start: some Sequence<UInt8>, end: some Sequence<UInt8>) {
        var hasher = SHA256Hasher()
        hasher.update((0..<8).map { UInt8(truncatingIfNeeded: byteCount >> (8 * $0)) })
        hasher.update(Array(start.prefix(Self.endByteCount)))
        hasher.update(Array(end))
        self.init(bytes: hasher.digest.prefix(16))
    }

    /// The fingerprint of a file whose contents are there as a whole.
    init(of contents: [UInt8]) {
        self.init(
            byteCount: contents.count, start: contents.prefix(Self.endByteCount),
            end: contents.suffix(Self.endByteCount))
    }

    /// The fingerprint that ``bytes`` came from.
    init(bytes: some Sequence<UInt8>) {
        bits = bytes.reduce(0) { $0 << 8 | UInt128($1) }
    }

    /// The 16 bytes, the most significant first.
    var bytes: [UInt8] {
        (0..<16).map { UInt8(truncatingIfNeeded: bits >> (8 * (15 - $0))) }
    }

    static func < (left: FileFingerprint, right: FileFingerprint) -> Bool { left.bits < right.bits }
}

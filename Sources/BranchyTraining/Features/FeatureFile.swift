import BranchyCompute
import BranchyNet

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What there is of each image in a file of features: one row, the features in half precision, then
/// logits in 32 bits.
struct FeatureLayout: Hashable, Sendable {
    /// How many numbers each feature has.
    let features: [Int]
    /// How many logits there are, of all exits that are not trained.
    let logits: Int

    /// Features are padded, so that logits begin with a multiple of four bytes.
    var featureByteCount: Int { (2 * features.reduce(0, +)).roundedUp(toMultipleOf: 4) }
    var rowByteCount: Int { featureByteCount + 4 * logits }
}

/// The features of all images of a split in one view, in a file that is mapped row by row: no more of
/// it is in memory than is looked at.
///
/// The file begins with a line that says what it is, of which network, images and preparation; any other
/// is of no use, and made anew.
final class FeatureFile: Sendable {
    /// A page, so that rows may be mapped from one on.
    static let headerByteCount = 4_096
    private static let flags = O_RDONLY

    private let path: String
    private let file: FileDescriptor
    let layout: FeatureLayout
    let count: Int

    /// The file at a path; `nil` where there is none that fits.
    ///
    /// - Parameter title: what the file begins with.
    init?(at path: String, title: String, _ layout: FeatureLayout, count: Int) throws {
        guard let file = try? FileDescriptor(opening: path, Self.flags) else { return nil }
        do {
            let header = Self.header(title)
            guard try file.size() == header.count + count * layout.rowByteCount,
                try file.bytes(upTo: header.count) == header
            else { return nil }
        } catch {
            throw ModelError(.unreadable, "\(path): cannot be read: \(error.message)")
        }
        (self.path, self.layout, self.count) = (path, layout, count)
        self.file = file
    }

    /// The first page of a file.
    static func header(_ title: String) -> [UInt8] {
        let text = Array(title.utf8.prefix(headerByteCount))
        return text + repeatElement(UInt8(ascii: "\n"), count: headerByteCount - text.count)
    }

    /// Writes the features of an image to a place of a batch: each feature to its own array.
    ///
    /// - Precondition: there is such an image, and room.
    func read(row: Int, into batch: inout [[Float]], at place: Int) throws {
        try withRow(row) { bytes in
            var start = 0
            for (index, count) in layout.features.enumerated() {
                let part = UnsafeRawBufferPointer(rebasing: bytes[start..<start + 2 * count])
                var span = batch[index].mutableSpan
                HalfFloats.widen(part, into: &span, at: place * count)
                start += 2 * count
            }
        }
    }

    /// The logits of an image, of one exit behind the other.
    func logits(row: Int) throws -> [Float] {
        try withRow(row) { bytes in
            (0..<layout.logits).map { index in
                let offset = layout.featureByteCount + 4 * index
                return bytes.loadUnaligned(fromByteOffset: offset, as: Float.self)
            }
        }
    }

    private func withRow<Result>(
        _ row: Int, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result {
        let start = Self.headerByteCount + row * layout.rowByteCount
        let result: Result?
        do {
            result = try file.withMappedBytes(start..<start + layout.rowByteCount, body)
        } catch let error as SystemFailure {
            throw ModelError(.unreadable, "\(path): cannot be read: \(error.message)")
        }
        guard let result else {
            throw ModelError(
                .corruptFile,
                "\(path): was cut short while it was used; remove it, and --resume goes on")
        }
        return result
    }
}

import BranchyChecksum
import BranchyNet

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Decoded images of a folder, brought to a network's size, in one file that a run leaves to the next.
///
/// The file is for one set of images and one way to treat them, ``ImageCacheHeader`` says which;
/// where either is another, a new one takes its place. It only saves time: an image is the same bytes
/// with it and without. Nothing of it is held in memory but 32 bytes for each image: pixels are
/// mapped for the time of a copy, and compared with their checksum each time.
final class ImageCache: Sendable {
    private static let checksumByteCount = 16

    private let path: String
    private let file: FileDescriptor
    private let header: ImageCacheHeader
    /// Of the images, in the order in which they stand in the file.
    private let fingerprints: [FileFingerprint]
    /// One after the other, ``checksumByteCount`` bytes each.
    private let checksums: [UInt8]

    private init(
        _ path: String, _ file: consuming FileDescriptor, _ header: ImageCacheHeader,
        _ fingerprints: [FileFingerprint], _ checksums: [UInt8]
    ) {
        self.path = path
        self.file = file
        (self.header, self.fingerprints, self.checksums) = (header, fingerprints, checksums)
    }

    /// The pixels of the image that a file of a fingerprint holds.
    ///
    /// - Throws: ``DatasetError`` where the cache was cut short or spoilt since it was opened.
    func pixels(of fingerprint: FileFingerprint) throws -> [UInt8] {
        guard let place = place(of: fingerprint) else {
            throw failure("lacks an image that it had")
        }
        let pixels: [UInt8]?
        do {
            pixels = try file.withMappedBytes(header.range(of: place)) { Array($0) }
        } catch let error as SystemFailure {
            throw failure("cannot be read (\(error.message))")
        }
        guard let pixels else { throw failure("was cut short while it was used") }
        let start = place * Self.checksumByteCount
        // What was copied is checked, not what may be another by now.
        guard
            Self.checksum(of: pixels).elementsEqual(
                checksums[start..<start + Self.checksumByteCount])
        else { throw failure("is damaged (image \(place + 1) of \(header.count))") }
        return pixels
    }

    private func failure(_ problem: String) -> DatasetError {
        DatasetError(
            .malformedFile, file: path, problem,
            remedy: "Remove it; the next run with --cache makes another, and --resume goes on")
    }

    private func place(of fingerprint: FileFingerprint) -> Int? {
        var (low, high) = (0, fingerprints.count)
        while low < high {
            let middle = (low + high) / 2
            if fingerprints[middle] < fingerprint { low = middle + 1 } else { high = middle }
        }
        return low < fingerprints.count && fingerprints[low] == fingerprint ? low : nil
    }

    /// What stands for the pixels of an image.
    static func checksum(of pixels: [UInt8]) -> ArraySlice<UInt8> {
        var hasher = SHA256Hasher()
        hasher.update(pixels)
        return hasher.digest.prefix(checksumByteCount)
    }
}

// MARK: - Finding one

extension ImageCache {
    /// What looking for a cache comes to.
    enum Finding {
        case cache(ImageCache)
        case none
        /// There is one, and it is of no use, for a reason.
        case useless(String)
    }

    /// Looks for the cache of some images.
    ///
    /// - Throws: `ModelError` of code `unwritable` where there is something else, which must not be
    ///   lost, or a file that cannot be read.
    static func find(
        at path: String, _ header: ImageCacheHeader, _ fingerprints: [FileFingerprint]
    ) throws -> Finding {
        guard try AtomicFile.replaceableFile(at: path) != nil else { return .none }
        do {
            let file = try FileDescriptor(opening: path, readingFlags)
            let (size, start) = (try file.size(), try file.bytes(upTo: ImageCacheHeader.byteCount))
            guard start.isEmpty || ImageCacheHeader.isCache(start) else {
                throw ModelError(
                    .unwritable,
                    "\(path): expected a cache of images, found another file, which is left alone; "
                        + "remove it, or choose another folder by --cache")
            }
            guard start == header.bytes else { return .useless(header.difference(from: start)) }
            guard size == header.fileByteCount, let list = try List(of: file, header),
                list.fingerprints == fingerprints
            else { return .useless("is damaged or incomplete") }
            return .cache(ImageCache(path, file, header, fingerprints, list.checksums))
        } catch let error as SystemFailure {
            throw ModelError(.unwritable, "\(path): cannot be read: \(error.message)")
        }
    }

    /// The files whose images a cache holds, which so were decoded once; none where there is no cache
    /// that is whole.
    static func fingerprints(at path: String) -> Set<FileFingerprint> {
        guard let file = try? FileDescriptor(opening: path, readingFlags),
            let size = try? file.size(),
            let start = try? file.bytes(upTo: ImageCacheHeader.byteCount),
            let header = ImageCacheHeader(start, fileByteCount: size),
            let list = try? List(of: file, header)
        else { return [] }
        return Set(list.fingerprints)
    }

    /// Without O_NONBLOCK, opening a pipe would wait for somebody to write.
    private static let readingFlags = O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY

    /// The list behind the images.
    private struct List {
        let fingerprints: [FileFingerprint]
        let checksums: [UInt8]

        /// - Returns: `nil` where its checksum is another one.
        init?(of file: borrowing FileDescriptor, _ header: ImageCacheHeader) throws {
            let bytes = try file.withMappedBytes(header.listRange) { Array($0) }
            guard let bytes else { return nil }
            let list = bytes.dropLast(SHA256Hasher.byteCount)
            guard bytes.suffix(SHA256Hasher.byteCount).elementsEqual(header.checksum(of: list))
            else { return nil }
            let entries = stride(from: 0, to: list.count, by: ImageCacheHeader.entryByteCount)
            fingerprints = entries.map { FileFingerprint(bytes: list[$0..<$0 + 16]) }
            checksums = entries.flatMap { list[$0 + 16..<$0 + ImageCacheHeader.entryByteCount] }
        }
    }
}

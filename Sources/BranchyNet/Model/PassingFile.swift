/// A regular file that is read once, from its start to its end, to where its content stays. Every byte
/// is lent to somebody on the way, such as a hash, while it is in the processor's caches.
struct PassingFile: ~Copyable {
    let path: String
    /// How many bytes it had when it was opened.
    let byteCount: Int
    private var position = 0
    private let file: FileDescriptor

    /// What is read and lent at once.
    private static let pieceByteCount = 1 << 18

    /// Opens a file.
    ///
    /// - Throws: ``ModelError`` with `missingFile` or `unreadable`.
    init(_ path: String) throws {
        let file = try AtomicFile.open(path)
        let size = try Self.size(of: file, path)
        (self.path, self.byteCount) = (path, size)
        self.file = file
    }

    private static func size(
        of file: borrowing FileDescriptor, _ path: String
    ) throws(ModelError) -> Int {
        do throws(SystemFailure) {
            return try file.size() ?? 0
        } catch {
            throw AtomicFile.unreadable(path, error)
        }
    }

    /// The next bytes.
    ///
    /// - Throws: ``ModelError`` with `unreadable`, also where the file ends before.
    mutating func bytes(
        _ count: Int, _ take: (Span<UInt8>) -> Void
    ) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
            let memory = UnsafeMutableBufferPointer(rebasing: buffer[..<count])
            try read(into: UnsafeMutableRawBufferPointer(memory), take)
            done = count
        }
    }

    /// The next numbers.
    ///
    /// - Throws: as ``bytes(_:_:)``.
    mutating func floats(
        _ count: Int, _ take: (Span<UInt8>) -> Void
    ) throws -> [Float] {
        try [Float](unsafeUninitializedCapacity: count) { buffer, done in
            let numbers = UnsafeMutableBufferPointer(rebasing: buffer[..<count])
            try read(into: UnsafeMutableRawBufferPointer(numbers), take)
            #if _endian(big)
            for index in numbers.indices {
                numbers[index] = Float(bitPattern: numbers[index].bitPattern.byteSwapped)
            }
            #endif
            done = count
        }
    }

    /// Reads what is left for the sake of whoever is lent it.
    mutating func passRest(_ take: (Span<UInt8>) -> Void) throws {
        while position < byteCount {
            _ = try bytes(min(byteCount - position, Self.pieceByteCount), take)
        }
    }

    private mutating func read(
        into memory: UnsafeMutableRawBufferPointer, _ take: (Span<UInt8>) -> Void
    ) throws {
        for start in stride(from: 0, to: memory.count, by: Self.pieceByteCount) {
            let end = min(start + Self.pieceByteCount, memory.count)
            // Safety: a part of the memory, for the time of this round.
            let piece = UnsafeMutableRawBufferPointer(rebasing: memory[start..<end])
            let length = try length(read: piece)
            guard length == piece.count else {
                throw ModelError(
                    .unreadable,
                    "\(path): expected \(byteCount) bytes, found \(position + length): it changed "
                        + "meanwhile")
            }
            position += length
            take(Span(_unsafeElements: piece.assumingMemoryBound(to: UInt8.self)))
        }
    }

    private func length(read piece: UnsafeMutableRawBufferPointer) throws(ModelError) -> Int {
        do throws(SystemFailure) {
            return try file.read(into: piece)
        } catch {
            throw AtomicFile.unreadable(path, error)
        }
    }
}

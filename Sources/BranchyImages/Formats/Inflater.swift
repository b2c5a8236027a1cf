import CImageCodecs

/// zlib's decompression, whose state is used for one stream after the other.
final class Inflater {
    // Safety: zlib keeps the address of a stream, so it has a place of its own, which nobody else
    // gets to know.
    private let stream: UnsafeMutablePointer<z_stream>
    /// Whether the stream has ended, its checksum being right.
    private(set) var isAtEnd = false

    /// - Returns: `nil` where memory does not suffice.
    init?() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard cimage_inflate_init(stream) == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Begins a stream.
    func begin() {
        inflateReset(stream)
        isAtEnd = false
    }

    /// Decompresses a part of the stream to the end of some memory at most.
    ///
    /// - Returns: how many bytes came out; `nil` where the stream is damaged, goes on when the memory
    ///   is full, or ends before the part does.
    /// - Precondition: `start` is a place in the memory, or its end.
    func inflate(_ part: Span<UInt8>, to memory: inout [UInt8], at start: Int) -> Int? {
        precondition(memory.indices.contains(start) || start == memory.count)
        let status = part.withUnsafeBufferPointer { source in
            memory.withUnsafeMutableBufferPointer { target in
                // Safety: zlib reads and writes within this call only, and no more than it is told.
                stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
                stream.pointee.avail_in = UInt32(source.count)
                stream.pointee.next_out = target.baseAddress.map { $0 + start }
                stream.pointee.avail_out = UInt32(target.count - start)
                return CImageCodecs.inflate(stream, Z_FINISH)
            }
        }
        isAtEnd = status == Z_STREAM_END
        // Told that all has come, zlib calls it an error that more is expected.
        guard isAtEnd || status == Z_BUF_ERROR, stream.pointee.avail_in == 0 else { return nil }
        return memory.count - start - Int(stream.pointee.avail_out)
    }
}

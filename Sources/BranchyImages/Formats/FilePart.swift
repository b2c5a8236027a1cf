/// A part of a file, from which numbers are read; outside of it there are none.
struct FilePart {
    let bytes: [UInt8]
    let range: Range<Int>
    /// Whether a number's most significant byte stands first.
    var isBigEndian: Bool

    /// A part of some bytes; what of the range is outside of them does not count.
    init(_ bytes: [UInt8], _ range: Range<Int>? = nil, isBigEndian: Bool) {
        self.bytes = bytes
        self.range = (range ?? bytes.indices).clamped(to: bytes.indices)
        self.isBigEndian = isBigEndian
    }

    var count: Int { range.count }

    /// A number of up to four bytes, or `nil` where they are not all in the part.
    func number(at offset: Int, byteCount: Int) -> Int? {
        guard offset >= 0, offset <= count - byteCount else { return nil }
        let start = range.lowerBound + offset
        return (0..<byteCount).reduce(0) { number, place in
            let byte = Int(bytes[start + (isBigEndian ? place : byteCount - 1 - place)])
            return number << 8 | byte
        }
    }

    /// Whether the part has some bytes at an offset.
    func has(_ expected: some Collection<UInt8>, at offset: Int) -> Bool {
        guard offset >= 0, offset <= count - expected.count else { return false }
        let start = range.lowerBound + offset
        return bytes[start..<start + expected.count].elementsEqual(expected)
    }

    /// What lies from an offset on, at most so many bytes.
    func part(from offset: Int, byteCount: Int = .max) -> FilePart {
        let start = min(max(offset, 0), count)
        let length = min(byteCount, count - start)
        let first = range.lowerBound + start
        return FilePart(bytes, first..<first + max(length, 0), isBigEndian: isBigEndian)
    }
}

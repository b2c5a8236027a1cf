/// Offsets into one block of memory for buffers that live for part of a run only.
///
/// Two buffers share bytes only if they are never alive at the same step. Large buffers are placed
/// first, each at the lowest offset that is free over its life (Pisarchyk, Lee, *Efficient Memory
/// Management for Deep Neural Net Inference*, 2020, section 5.1: greedy by size).
public struct MemoryPlan: Hashable, Sendable {
    /// A buffer that has to be somewhere.
    public struct Request: Hashable, Sendable {
        /// Size in bytes.
        public var byteCount: Int
        /// The steps, first to last, at which its content matters.
        public var lifetime: ClosedRange<Int>

        /// Describes a buffer.
        public init(byteCount: Int, lifetime: ClosedRange<Int>) {
            self.byteCount = byteCount
            self.lifetime = lifetime
        }
    }

    /// The alignment of every buffer in bytes: a cache line, and the widest vector.
    public static let alignment = 64

    /// The offset of each request's buffer in bytes, in the order of the requests.
    public let offsets: [Int]

    /// The size of the whole block in bytes.
    public let byteCount: Int

    /// Places the buffers.
    public init(_ requests: [Request]) {
        var offsets = [Int](repeating: 0, count: requests.count)
        var placed: [Int] = []
        var end = 0
        let bySize = requests.indices.sorted {
            (requests[$1].byteCount, $0) < (requests[$0].byteCount, $1)
        }
        for index in bySize {
            var offset = 0
            for other in placed where requests[other].lifetime.overlaps(requests[index].lifetime) {
                guard offset + requests[index].byteCount > offsets[other] else { break }
                let otherEnd = offsets[other] + requests[other].byteCount
                offset = max(offset, otherEnd.roundedUp(toMultipleOf: Self.alignment))
            }
            offsets[index] = offset
            end = max(end, offset + requests[index].byteCount)
            placed.insert(index, at: placed.firstIndex(above: offset) { offsets[$0] })
        }
        self.offsets = offsets
        self.byteCount = end
    }
}

extension [Int] {
    /// In ascending order of a key, the place of the first element whose key is above a bound.
    fileprivate func firstIndex(above bound: Int, by key: (Int) -> Int) -> Int {
        var range = indices
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            range =
                key(self[middle]) > bound
                ? range.lowerBound..<middle : middle + 1..<range.upperBound
        }
        return range.lowerBound
    }
}

extension Int {
    package func roundedUp(toMultipleOf multiple: Int) -> Int {
        (self + multiple - 1) / multiple * multiple
    }
}

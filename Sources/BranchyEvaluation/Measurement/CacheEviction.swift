package import BranchyCompute

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Writes through so much memory that nothing else is left in the processor's caches.
///
/// Between two requests a service computes other things: what it needs then comes from memory again.
package struct CacheEviction: ~Copyable {
    private let block: MemoryBlock

    /// Asks for the memory.
    ///
    /// - Throws: `EngineError` with `outOfMemory` where the system does not give it.
    package init() throws(EngineError) {
        guard let block = MemoryBlock(byteCount: Self.byteCount) else {
            throw EngineError(
                .outOfMemory,
                "the system did not give \(Self.byteCount) bytes to evict the caches by")
        }
        self.block = block
    }

    /// How many bytes are written: twice the last cache, where the system says how large it is, and
    /// 64 to 256 MiB in any case. What a virtual machine is told may be the cache of many cores.
    package static var byteCount: Int {
        #if canImport(Glibc)
        let lastCache = sysconf(Int32(_SC_LEVEL3_CACHE_SIZE))
        #else
        let lastCache = 0
        #endif
        return min(max(2 * min(lastCache, 128 << 20), 64 << 20), 256 << 20)
    }

    /// Evicts everything else.
    package func run() {
        // Safety: the block has so many bytes, and lives as long as this value.
        let bytes = block.base.assumingMemoryBound(to: UInt8.self)
        for line in stride(from: 0, to: Self.byteCount, by: Self.lineByteCount) {
            bytes[line] &+= 1
        }
    }

    /// How many bytes the calling thread reads from memory in a second at most: the best of some
    /// rounds, since all that can happen to one is that it takes longer.
    package func readingRate() -> Double {
        run()
        return (0..<5).map { _ in
            let start = ContinuousClock.now
            // The C library looks for a byte as fast as it can read, and no counter has got so far.
            let found = memchr(block.base, Int32(UInt8.max), Self.byteCount)
            let seconds = start.duration(to: .now).inSeconds
            return found == nil ? Double(Self.byteCount) / seconds : 0
        }.max() ?? 0
    }

    /// No processor here has shorter cache lines.
    private static let lineByteCount = 64
}

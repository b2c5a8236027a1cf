#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Memory of zeros at an address that vectors like, of a certain size on large pages where the
/// system has them.
///
/// Large pages are looked up less often, and their bytes lie side by side for the processor's
/// caches too. On small pages, which lie wherever there was room, the same program took up to 19 %
/// longer from one block to the next.
package struct MemoryBlock: ~Copyable {
    /// The first byte, aligned to ``MemoryPlan/alignment``.
    package let base: UnsafeMutableRawPointer
    /// How many bytes were mapped, or `nil` where the allocator gave them.
    private let mappedByteCount: Int?

    private static let largePage = 1 << 21
    /// From here on a block gets large pages. A smaller one would waste most of its first, and lies
    /// in the caches nearest to the core wherever it lies.
    private static let leastOnLargePages = largePage / 16

    /// Asks for memory.
    ///
    /// - Parameter byteCount: how many bytes at least; 0 is taken for 1.
    /// - Returns: `nil` where the system does not give that much.
    package init?(byteCount: Int) {
        let size = max(byteCount, 1)
        guard size <= Int.max - 2 * Self.largePage else { return nil }
        if size >= Self.leastOnLargePages {
            let size = size.roundedUp(toMultipleOf: Self.largePage)
            guard let block = Self.mapped(size) else { return nil }
            (base, mappedByteCount) = (block, size)
        } else {
            let size = size.roundedUp(toMultipleOf: MemoryPlan.alignment)
            guard let block = aligned_alloc(MemoryPlan.alignment, size) else { return nil }
            memset(block, 0, size)
            (base, mappedByteCount) = (block, nil)
        }
    }

    deinit {
        if let mappedByteCount { munmap(base, mappedByteCount) } else { free(base) }
    }

    /// Maps large pages afresh: what an allocator hands out may have been used before, and then
    /// stays on the small pages that it has.
    private static func mapped(_ size: Int) -> UnsafeMutableRawPointer? {
        #if canImport(Darwin)
        let flags = MAP_PRIVATE | MAP_ANON
        #else
        let flags = MAP_PRIVATE | MAP_ANONYMOUS
        #endif
        let start = mmap(nil, size + largePage, PROT_READ | PROT_WRITE, flags, -1, 0)
        // MAP_FAILED is the address -1.
        guard let start, start != UnsafeMutableRawPointer(bitPattern: -1) else { return nil }
        let block = start.alignedUp(toMultipleOf: largePage)
        let before = block - start
        if before > 0 { munmap(start, before) }
        munmap(block + size, largePage - before)
        #if os(Linux)
        // Where the system has no large pages, only speed is lost.
        madvise(block, size, Int32(MADV_HUGEPAGE))
        #endif
        return block
    }
}

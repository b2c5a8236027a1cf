#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Floats between two pages that may not be touched, right beside one of them.
final class GuardedMemory {
    /// Which end of the floats touches a guarded page.
    enum Edge: CaseIterable {
        case start
        case end
    }

    /// The first float; all are 0.
    let start: UnsafeMutablePointer<Float>

    private let block: UnsafeMutableRawPointer
    private let byteCount: Int

    init(count: Int, edge: Edge) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let size = (4 * count + page - 1) / page * page
        byteCount = size + 2 * page
        let flags = MAP_PRIVATE | MAP_ANONYMOUS
        guard
            let block = mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, -1, 0),
            block != MAP_FAILED, mprotect(block, page, PROT_NONE) == 0,
            mprotect(block + page + size, page, PROT_NONE) == 0
        else { preconditionFailure("no guarded memory of \(byteCount) bytes") }
        self.block = block
        let first = block + page + (edge == .start ? 0 : size - 4 * count)
        start = first.bindMemory(to: Float.self, capacity: count)
    }

    deinit { munmap(block, byteCount) }
}

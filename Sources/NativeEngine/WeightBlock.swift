import Compute

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Packed weights at an address that vectors and, from a certain size, large pages like: all of
/// them are read for every image, and small pages are looked up one by one.
// Safety: written by the initializer, and only read afterwards.
final class WeightBlock: @unchecked Sendable {
    let base: UnsafePointer<Float>

    init(_ weights: [Float]) throws(EngineError) {
        let largePage = 1 << 21
        let size = weights.count * MemoryLayout<Float>.stride
        let alignment = size >= largePage ? largePage : MemoryPlan.alignment
        let byteCount = max(size, 1).roundedUp(toMultipleOf: alignment)
        guard let block = aligned_alloc(alignment, byteCount) else {
            throw EngineError(.outOfMemory, "no memory for \(size) bytes of packed parameters")
        }
        #if os(Linux)
        // Where the system has no large pages, only speed is lost.
        if size >= largePage { _ = madvise(block, byteCount, Int32(MADV_HUGEPAGE)) }
        #endif
        let floats = block.bindMemory(to: Float.self, capacity: weights.count)
        floats.initialize(from: weights, count: weights.count)
        base = UnsafePointer(floats)
    }

    deinit { free(UnsafeMutablePointer(mutating: base)) }
}

import Dispatch
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Array where Element: Sendable {
    /// What a function gives for each element, in their order, computed on all cores at once.
    ///
    /// - Throws: what the function throws for the first of the elements that it fails for.
    func concurrentMap<Output: Sendable>(
        _ transform: @Sendable (Element) throws -> Output
    ) throws -> [Output] {
        // A few parts per core: small enough that no core waits long for another, and large enough
        // that they do not meet at the lock.
        let partCount = Swift.min(count, 4 * ProcessInfo.processInfo.activeProcessorCount)
        let results = Mutex([Result<[Output], any Error>?](repeating: nil, count: partCount))
        DispatchQueue.concurrentPerform(iterations: partCount) { part in
            let range = count * part / partCount..<count * (part + 1) / partCount
            let result = Result { try self[range].map(transform) }
            results.withLock { $0[part] = result }
        }
        return try results.withLock { try $0.flatMap { try $0?.get() ?? [] } }
    }
}

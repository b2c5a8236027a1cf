import Dispatch
import Synchronization

extension Array where Element: Sendable {
    /// What a function gives for each element, in their order, computed on all cores at once.
    ///
    /// - Throws: what the function throws for the first of the elements that it fails for.
    func concurrentMap<Output: Sendable>(
        _ transform: @Sendable (Element) throws -> Output
    ) throws -> [Output] {
        let results = Mutex([Result<Output, any Error>?](repeating: nil, count: count))
        DispatchQueue.concurrentPerform(iterations: count) { index in
            let result = Result { try transform(self[index]) }
            results.withLock { $0[index] = result }
        }
        return try results.withLock { try $0.compactMap { try $0?.get() } }
    }
}

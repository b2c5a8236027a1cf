import BranchyCompute

/// Packed weights, side by side: all of them are read for every image.
// Safety: written by the initializer, and only read afterwards.
final class WeightBlock: @unchecked Sendable {
    let base: UnsafePointer<Float>
    private let memory: MemoryBlock

    init(_ weights: consuming WeightPack) throws(EngineError) {
        let size = weights.count * MemoryLayout<Float>.stride
        guard let memory = MemoryBlock(byteCount: size) else {
            throw EngineError(.outOfMemory, "no memory for \(size) bytes of packed parameters")
        }
        let floats = memory.base.bindMemory(to: Float.self, capacity: weights.count)
        weights.write(to: floats)
        base = UnsafePointer(floats)
        self.memory = memory
    }
}

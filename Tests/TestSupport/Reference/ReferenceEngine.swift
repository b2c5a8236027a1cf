package import BranchyCompute

/// The engine that the others are measured against: plain loops over plain arrays, accumulating in
/// `Double`, every operation and every gradient.
///
/// Each value has memory of its own, so nothing can be overwritten while it is still read: what an
/// engine that shares memory may get wrong, this one cannot. It is slow, it allocates while it runs
/// (which ``Executable/run(_:in:)`` forbids to engines that people use), and it stays in the tests.
package struct ReferenceEngine: Engine {
    package let name = "reference"
    package let arithmetic = Arithmetic(precision: "float32", kernels: "loops in 64 bits")

    package init() {}

    package func compile(
        _ program: Program, batchSize: Int, parameters: ParameterStore
    ) throws(EngineError) -> any Executable {
        try ReferenceExecutable(program, batchSize: batchSize, parameters: parameters)
    }
}

/// Where each value of a program lies: one behind the other, none shared.
struct ReferenceLayout: Sendable {
    /// By the index of the value.
    let slots: [Workspace.Slot]
    let byteCount: Int

    init(_ program: Program, batchSize: Int) throws(EngineError) {
        var slots: [Workspace.Slot] = []
        var end = 0
        for type in program.types {
            let samples = type.isBatched ? batchSize : 1
            let (count, overflow) = type.shape.elementCount.multipliedReportingOverflow(by: samples)
            guard !overflow, count < (Int.max - end) / 8 else {
                throw EngineError(.outOfMemory, "a batch of \(batchSize) does not fit any memory")
            }
            slots.append(Workspace.Slot(offset: end, count: count))
            end += 4 * count
        }
        (self.slots, self.byteCount) = (slots, end)
    }
}

import BranchyCompute
import NativeEngine
import TestSupport
import Testing

/// Sizes drawn at random; `Scripts/sweep-engines` draws more of them.
struct NativeSweepTests {
    @Test(arguments: KernelVariant.available)
    func inferenceComputesWhatTheReferenceComputes(_ kernels: KernelVariant) throws {
        let engine = try NativeEngine(kernels: kernels)
        let faults = EngineSweep.asked.inferenceCases.faults { try $1.run(on: engine) }
        for fault in faults { Issue.record("\(fault)") }
    }
}

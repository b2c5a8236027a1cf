#if OneDNN
import BranchyCompute
import OneDNNEngine
import TestSupport
import Testing

/// Sizes drawn at random. `Scripts/sweep-engines` draws more of them, and hides instruction sets from
/// the library: that takes a process for each, since the library looks once.
struct OneDNNSweepTests {
    @Test func inferenceComputesWhatTheReferenceComputes() throws {
        let sweep = EngineSweep.asked
        try expectNoFaults(in: sweep.inferenceCases + sweep.broadInferenceCases)
    }

    @Test func trainingComputesWhatTheReferenceComputes() throws {
        let sweep = EngineSweep.asked
        try expectNoFaults(in: sweep.trainingCases + sweep.broadTrainingCases)
    }

    /// Where the processor has no bfloat16, the engine refuses it.
    @Test func bfloat16ComputesWhatTheReferenceComputes() throws {
        let sweep = EngineSweep.asked
        let cases =
            sweep.inferenceCases + sweep.trainingCases + sweep.broadInferenceCases
            + sweep.broadTrainingCases
        try expectNoFaults(in: cases.compactMap(\.inBFloat16))
    }

    private func expectNoFaults(in cases: [EngineSweep.NumberedCase]) throws {
        // Kernels were found that write behind their memory, and only with several threads.
        let engines = try [1, 2, 3, 4].map {
            try OneDNNEngine(threads: $0, guardByteCount: 1 << 12)
        }
        let faults = cases.faults { number, conformance in
            try conformance.runUnlessRefused(on: engines[number / 12 % engines.count])
        }
        for fault in faults { Issue.record("\(fault)") }
    }
}
#endif

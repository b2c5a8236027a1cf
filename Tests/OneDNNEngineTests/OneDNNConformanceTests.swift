#if OneDNN
import BranchyCompute
import OneDNNEngine
import TestSupport
import Testing

struct OneDNNConformanceTests {
    private static let cases =
        EngineConformance.cases + EngineConformance.deepInferenceCases
        + EngineConformance.deepTrainingCases + EngineConformance.broadInferenceCases
        + EngineConformance.broadTrainingCases

    @Test(arguments: cases, [1, 2])
    func computesWhatTheReferenceComputes(
        _ conformance: ConformanceCase, threads: Int
    ) throws {
        try conformance.run(on: OneDNNEngine(threads: threads))
    }

    /// Where the processor has no bfloat16, the engine refuses it.
    @Test(arguments: cases.compactMap(\.inBFloat16), [1, 2])
    func computesInBFloat16(_ conformance: ConformanceCase, threads: Int) throws {
        try conformance.runUnlessRefused(on: OneDNNEngine(threads: threads))
    }
}
#endif

#if OneDNN
import Compute
import OneDNNEngine
import TestSupport
import Testing

struct OneDNNConformanceTests {
    private static let cases =
        EngineConformance.cases + EngineConformance.deepInferenceCases
        + EngineConformance.deepTrainingCases

    @Test(arguments: cases, [1, 2])
    func computesWhatTheReferenceComputes(
        _ conformance: ConformanceCase, threads: Int
    ) throws {
        try conformance.run(on: OneDNNEngine(threads: threads))
    }
}
#endif

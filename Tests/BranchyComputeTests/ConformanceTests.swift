import TestSupport
import Testing

/// The reference engine does what it asks of others: its numbers agree with those that the suite
/// has by hand, and it keeps the contract.
@Suite struct ConformanceTests {
    @Test(
        arguments: EngineConformance.inferenceCases + EngineConformance.deepInferenceCases
            + EngineConformance.broadInferenceCases)
    func referenceInfers(_ conformance: ConformanceCase) throws {
        try conformance.run(on: ReferenceEngine())
    }

    @Test(
        arguments: EngineConformance.trainingCases + EngineConformance.deepTrainingCases
            + EngineConformance.broadTrainingCases)
    func referenceTrains(_ conformance: ConformanceCase) throws {
        try conformance.run(on: ReferenceEngine())
    }
}

import BranchyCompute
import NativeEngine
import TestSupport
import Testing

/// Each variant that this machine can run does what every engine has to do.
struct NativeConformanceTests {
    private static let cases =
        EngineConformance.inferenceCases + EngineConformance.deepInferenceCases
        + EngineConformance.broadInferenceCases

    @Test(arguments: KernelVariant.available, cases)
    func infers(_ kernels: KernelVariant, _ conformance: ConformanceCase) throws {
        try conformance.run(on: NativeEngine(kernels: kernels))
    }

    /// What only training needs is refused; nothing is computed wrong.
    @Test(
        arguments: EngineConformance.trainingCases + EngineConformance.deepTrainingCases
            + EngineConformance.broadTrainingCases)
    func refusesTraining(_ conformance: ConformanceCase) throws {
        #expect(try !conformance.runUnlessRefused(on: NativeEngine()))
    }

    /// Every kernel reads and writes inside its buffers: a page that may not be touched follows on
    /// each of them, then comes before it.
    @Test(
        arguments: KernelVariant.available.flatMap { kernels in
            GuardedMemory.Edge.allCases.map { (kernels, $0) }
        }, cases)
    func staysInsideItsBuffers(
        _ guarded: (kernels: KernelVariant, edge: GuardedMemory.Edge),
        _ conformance: ConformanceCase
    ) throws {
        try conformance.run(
            on: GuardedEngine(engine: NativeEngine(kernels: guarded.kernels), edge: guarded.edge))
    }
}

extension KernelVariant {
    /// Those that this machine can run; without optimization one has to do, or tests take minutes.
    static var available: [KernelVariant] {
        #if DEBUG
        [.fastest]
        #else
        allCases.filter(\.isAvailable)
        #endif
    }
}

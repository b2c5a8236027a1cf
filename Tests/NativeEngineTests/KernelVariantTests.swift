import BranchyCompute
import NativeEngine
import TestSupport
import Testing

struct KernelVariantTests {
    @Test func portableKernelsRunEverywhere() {
        #expect(KernelVariant.portable.isAvailable)
        #expect(KernelVariant.fastest.isAvailable)
    }

    @Test func theFastestVariantIsTheDefault() throws {
        #expect(try NativeEngine().kernels == .fastest)
    }

    @Test(arguments: KernelVariant.allCases.filter { !$0.isAvailable })
    func variantsOfOtherProcessorsAreRefused(_ kernels: KernelVariant) throws {
        try requireFailure(.unsupported, "the \(kernels) kernels") {
            _ = try NativeEngine(kernels: kernels)
        }
    }

    /// Reports say which kernels ran.
    @Test(arguments: KernelVariant.available)
    func implementationsNameTheVariant(_ kernels: KernelVariant) throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([1, 20, 20]))
            program.beginSegment("only")
            program.addOutput("y", try program.convolve(x, "conv", filters: 5, kernelSize: 5))
        }
        let executable = try NativeEngine(kernels: kernels).compile(
            program, batchSize: 1, parameters: Feed(for: program, batchSize: 1).parameters)
        let names = executable.implementations.map(\.name)
        #expect(!names.isEmpty)
        #expect(names.allSatisfy { $0.hasPrefix(kernels.rawValue) })
    }
}

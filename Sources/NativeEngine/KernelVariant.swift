import BranchyCompute
import CInferenceKernels

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// An instruction set that the kernels are compiled for.
///
/// All variants compute the same sums in orders of their own, so results differ by rounding only.
public enum KernelVariant: String, Hashable, Sendable, CaseIterable {
    /// Whatever the compiler makes of vectors of four; on every processor.
    case portable
    /// 64-bit ARM.
    case neon
    /// AVX2 with FMA: Haswell and later, Zen and later.
    case avx2
    /// AVX-512 (F, BW, DQ, VL): Skylake-X and later, Zen 4 and later.
    case avx512
    /// AVX-512 with products of bfloat16: Cooper Lake and later, Zen 4 and later. The others compute
    /// the same with more instructions, so that there is no gain from it.
    case avx512bf16

    /// The environment variable that names the variant to use, where a program names none.
    public static let environmentVariable = "BRANCHYNET_KERNELS"

    /// Whether this processor can run it.
    public var isAvailable: Bool { table != nil }

    /// The fastest one that this processor can run.
    public static var fastest: KernelVariant {
        allCases.last { $0.identifier == inference_fastest_variant() } ?? .portable
    }

    /// The variant that the environment names, or the fastest.
    ///
    /// - Throws: `EngineError` where the environment names one that does not exist.
    static func chosen() throws(EngineError) -> KernelVariant {
        // Empty is how a shell says that there is none.
        guard let text = getenv(environmentVariable), text.pointee != 0 else { return fastest }
        let name = String(cString: text)
        guard let variant = KernelVariant(rawValue: name) else {
            throw EngineError(
                .unsupported,
                "\(environmentVariable) is '\(name)', expected one of "
                    + allCases.map(\.rawValue).joined(separator: ", "))
        }
        return variant
    }

    /// The kernels, or `nil` where this processor cannot run them.
    var table: UnsafePointer<inference_kernels>? { inference_kernels_for(identifier) }

    private var identifier: inference_variant {
        switch self {
        case .portable: inference_portable
        case .neon: inference_neon
        case .avx2: inference_avx2
        case .avx512: inference_avx512
        case .avx512bf16: inference_avx512bf16
        }
    }
}

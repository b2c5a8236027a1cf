#if OneDNN
import COneDNN
import CTrainingKernels
import BranchyCompute

/// Local response normalization, or its derivative, on kernels of our own: the library has fast code
/// for AVX-512 alone, and that is wrong for some channels.
struct LocalResponseKernel: HostKernel {
    enum Direction {
        case forward
        case backward
    }

    private let sizes: training_response
    private let direction: Direction

    /// - Parameter layout: of an image with channels last.
    init(
        _ normalization: Program.Operation.LocalResponseNormalization, _ layout: Layout,
        _ direction: Direction
    ) {
        let dimensions = layout.dimensions
        sizes = training_response(
            pixels: dimensions[0] * dimensions[2] * dimensions[3], channels: dimensions[1],
            is_bfloat16: layout.type == dnnl_bf16, size: normalization.size,
            alpha: normalization.alpha, beta: normalization.beta, k: normalization.k)
        self.direction = direction
    }

    var name: String {
        "\(String(cString: training_kernels_fastest().pointee.name)) pixel by pixel"
    }

    /// How much memory it needs besides.
    var scratchByteCount: Int { training_response_scratch(sizes) }

    /// Of source, result and scratch; or of source, gradient, the derivative and scratch.
    func run(_ memory: [UnsafeMutableRawPointer]) {
        switch direction {
        case .forward:
            var step = training_response_forward(
                sizes: sizes, source: memory[0], result: memory[1], scratch: memory[2])
            training_kernels_fastest().pointee.respond(&step, conednn_parallel)
        case .backward:
            var step = training_response_backward(
                sizes: sizes, source: memory[0], gradient: memory[1], by_source: memory[2],
                scratch: memory[3])
            training_kernels_fastest().pointee.differentiate_response(&step, conednn_parallel)
        }
    }
}

extension ProgramCompiler {
    mutating func lowerLocalResponseNormalization(
        _ normalization: Program.Operation.LocalResponseNormalization,
        _ instruction: Program.Instruction
    ) throws(EngineError) {
        let source = try imageView(of: instruction.operands[0])
        try append(
            LocalResponseKernel(normalization, source.layout, .forward), instruction, [source])
    }

    mutating func lowerLocalResponseNormalizationGradient(
        _ normalization: Program.Operation.LocalResponseNormalization,
        _ instruction: Program.Instruction
    ) throws(EngineError) {
        let source = try imageView(of: instruction.operands[0])
        let gradient = try view(of: instruction.operands[1], as: source.layout)
        try append(
            LocalResponseKernel(normalization, source.layout, .backward), instruction,
            [source, gradient])
    }

    private mutating func append(
        _ kernel: LocalResponseKernel, _ instruction: Program.Instruction, _ operands: [View]
    ) throws(EngineError) {
        let result = instruction.results[0]
        let views = [
            try self.result(result, operands[0].layout),
            try addScratch(byteCount: kernel.scratchByteCount),
        ]
        append(kernel, for: instruction.operation.description, operands + views)
        try finish(result)
    }
}
#endif

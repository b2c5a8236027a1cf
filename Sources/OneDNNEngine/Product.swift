#if OneDNN
import COneDNN
import CTrainingKernels
import BranchyCompute

/// The product of images with a number per channel, or the derivative by that number, on kernels of
/// our own: the library has none but reference code for it.
struct ProductKernel: HostKernel {
    enum Direction {
        case forward
        case backward
    }

    /// `[N C H W]`
    let source: [Int]
    let isBFloat16: Bool
    let direction: Direction

    var name: String {
        let kernels = String(cString: training_kernels_fastest().pointee.name)
        return direction == .forward ? "\(kernels) products" : "\(kernels) sums of blocks"
    }

    /// Of source, factor and product; or of source, gradient and the derivative by the factor.
    func run(_ memory: [UnsafeMutableRawPointer]) {
        let sizes = training_images(
            samples: source[0], pixels: source[2] * source[3], channels: source[1],
            is_bfloat16: isBFloat16)
        let (first, second) = (UnsafeRawPointer(memory[0]), UnsafeRawPointer(memory[1]))
        switch direction {
        case .forward:
            var step = training_product(
                sizes: sizes, source: first, factor: second, result: memory[2])
            training_kernels_fastest().pointee.multiply(&step, conednn_parallel)
        case .backward:
            var step = training_product_backward(
                sizes: sizes, source: first, gradient: second, by_factor: memory[2])
            training_kernels_fastest().pointee.sum_products(&step, conednn_parallel)
        }
    }
}

extension ProgramCompiler {
    mutating func lowerProduct(_ instruction: Program.Instruction) throws(EngineError) {
        let (first, second) = (instruction.operands[0], instruction.operands[1])
        guard program.type(of: first) != program.type(of: second) else {
            return try lowerBinary(instruction, multiplies: true)
        }
        try append(.forward, instruction)
    }

    mutating func lowerProductGradient(_ instruction: Program.Instruction) throws(EngineError) {
        try append(.backward, instruction)
    }

    private mutating func append(
        _ direction: ProductKernel.Direction, _ instruction: Program.Instruction
    ) throws(EngineError) {
        let (operands, result) = (instruction.operands, instruction.results[0])
        let kernel = ProductKernel(
            source: dimensions(of: operands[0]), isBFloat16: dataType(of: result) == dnnl_bf16,
            direction: direction)
        let views = [
            try imageView(of: operands[0]), try imageView(of: operands[1]),
            try self.result(result, imageLayout(of: result)),
        ]
        append(kernel, for: instruction.operation.description, views)
        try finish(result)
    }
}
#endif

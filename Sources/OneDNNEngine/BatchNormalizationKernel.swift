#if OneDNN
import COneDNN
import CTrainingKernels

/// Batch normalization with the batch's statistics, or derivatives of any, on kernels of our own.
struct BatchNormalizationKernel: HostKernel {
    enum Direction {
        case forward
        case backward
    }

    struct Sizes {
        let pixels: Int
        let channels: Int
        let isBFloat16: Bool
        /// What results are cut to, if they are.
        let bounds: ClosedRange<Float>?
        let epsilon: Float
        /// Whether mean and variance are constants to the derivatives.
        let isGiven: Bool
    }

    private let sizes: Sizes
    private let direction: Direction

    init(_ sizes: Sizes, _ direction: Direction) {
        (self.sizes, self.direction) = (sizes, direction)
    }

    var name: String {
        let kernels = String(cString: training_kernels_fastest().pointee.name)
        return "\(kernels) sums of blocks"
    }

    /// How much memory it needs besides.
    var scratchByteCount: Int { training_scratch(sizes.pixels, sizes.channels) }

    func run(_ memory: [UnsafeMutableRawPointer]) {
        switch direction {
        case .forward: normalize(memory)
        case .backward: differentiate(memory)
        }
    }

    /// Of source, weight, bias, result, mean, variance, scratch and, of an activation, selection.
    private func normalize(_ memory: [UnsafeMutableRawPointer]) {
        var step = training_normalization_forward()
        step.sizes = cSizes
        step.source = UnsafeRawPointer(memory[0])
        step.weight = floats(memory[1])
        step.bias = floats(memory[2])
        step.result = memory[3]
        step.mean = memory[4].assumingMemoryBound(to: Float.self)
        step.variance = memory[5].assumingMemoryBound(to: Float.self)
        step.scratch = memory[6]
        if memory.count > 7 { step.selection = memory[7].assumingMemoryBound(to: Int8.self) }
        training_kernels_fastest().pointee.normalize(&step, conednn_parallel)
    }

    /// Of source, weight, mean, variance, gradient, the three derivatives, scratch and, of an activation,
    /// selection.
    private func differentiate(_ memory: [UnsafeMutableRawPointer]) {
        var step = training_normalization_backward()
        step.sizes = cSizes
        step.source = UnsafeRawPointer(memory[0])
        step.weight = floats(memory[1])
        step.mean = floats(memory[2])
        step.variance = floats(memory[3])
        step.gradient = UnsafeRawPointer(memory[4])
        step.by_source = memory[5]
        step.by_weight = memory[6].assumingMemoryBound(to: Float.self)
        step.by_bias = memory[7].assumingMemoryBound(to: Float.self)
        step.scratch = memory[8]
        if memory.count > 9 {
            step.selection = UnsafePointer(memory[9].assumingMemoryBound(to: Int8.self))
        }
        training_kernels_fastest().pointee.differentiate(&step, conednn_parallel)
    }

    private func floats(_ memory: UnsafeMutableRawPointer) -> UnsafePointer<Float> {
        UnsafePointer(memory.assumingMemoryBound(to: Float.self))
    }

    private var cSizes: training_normalization {
        training_normalization(
            pixels: sizes.pixels, channels: sizes.channels, is_bfloat16: sizes.isBFloat16,
            is_cut: sizes.bounds != nil, minimum: sizes.bounds?.lowerBound ?? 0,
            maximum: sizes.bounds?.upperBound ?? 0, epsilon: sizes.epsilon,
            is_given: sizes.isGiven)
    }
}
#endif

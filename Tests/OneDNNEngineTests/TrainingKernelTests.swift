#if OneDNN
import CTrainingKernels
import Foundation
import TestSupport
import Testing

/// The kernels of every instruction set compute the same and stay inside their memory.
struct TrainingKernelTests {
    private static let channelCounts = [1, 3, 5, 16, 20, 24, 33]

    @Test(arguments: channelCounts, [1, 2, 15, 16, 33, 300, 5_000])
    func allVariantsAgree(channels: Int, pixels: Int) {
        for isBFloat16 in [false, true] {
            for hasReLU in [false, true] {
                let sample = KernelSample(
                    pixels: pixels, channels: channels, isBFloat16: isBFloat16, hasReLU: hasReLU)
                let outputs = KernelSample.variants.map { sample.run($0) }
                for other in outputs.dropFirst() {
                    let isEqual = other.isClose(to: outputs[0], within: isBFloat16 ? 0x1p-6 : 2e-5)
                    #expect(isEqual, "\(isBFloat16 ? "bfloat16" : "float32"), relu \(hasReLU)")
                }
                let stayedInside = outputs.allSatisfy { $0.stayedInside }
                #expect(stayedInside)
            }
        }
    }

    /// In 32 bits products are equal bit for bit; sums may be added up in another order.
    @Test(arguments: channelCounts, [1, 2, 31, 33, 300])
    func allVariantsMultiplyAlike(channels: Int, pixels: Int) {
        let sizes = training_images(
            samples: 3, pixels: pixels, channels: channels, is_bfloat16: false)
        var generator = SeededGenerator(seed: UInt64(pixels * 100 + channels))
        let numbers = (0..<3 * pixels * channels).map { _ in
            Float.random(in: -1...1, using: &generator)
        }
        for kernels in KernelSample.variants {
            let (product, sums) = products(of: numbers, sizes, kernels.pointee)
            for index in numbers.indices {
                let factor = numbers[index / (pixels * channels) * channels + index % channels]
                #expect(product[index] == numbers[index] * factor)
            }
            for index in sums.indices {
                let first = index / channels * pixels * channels + index % channels
                let expected = (0..<pixels).reduce(0.0) { sum, pixel in
                    let x = Double(numbers[first + pixel * channels])
                    return sum + x * x
                }
                #expect(abs(Double(sums[index]) - expected) <= 1e-6 * expected)
            }
        }
    }

    /// Of numbers by the first of them, and the sums of their squares.
    private func products(
        of numbers: [Float], _ sizes: training_images, _ kernels: training_kernels
    ) -> (product: [Float], sums: [Float]) {
        let parallel: training_parallel = { body, count, context in
            for index in (0..<count).reversed() { body?(index, context) }
        }
        var product = [Float](repeating: .nan, count: numbers.count)
        var sums = [Float](repeating: .nan, count: sizes.samples * sizes.channels)
        numbers.withUnsafeBytes { source in
            product.withUnsafeMutableBytes { result in
                var step = training_product(
                    sizes: sizes, source: source.baseAddress, factor: source.baseAddress,
                    result: result.baseAddress)
                kernels.multiply(&step, parallel)
            }
            sums.withUnsafeMutableBytes { result in
                var step = training_product_backward(
                    sizes: sizes, source: source.baseAddress, gradient: source.baseAddress,
                    by_factor: result.baseAddress)
                kernels.sum_products(&step, parallel)
            }
        }
        return (product, sums)
    }

    /// As the formula says in 64 bits, whatever the power; windows may be wider than the image is deep.
    @Test(arguments: channelCounts, [1, 3, 5, 13, 99])
    func allVariantsRespondAlike(channels: Int, size: Int) {
        let response = LocalResponse(
            pixels: 300, channels: channels, size: size,
            beta: size == 3 ? 0.75 : 0.5 + 0.125 * Float(size % 8))
        let expected = response.expected
        for kernels in KernelSample.variants {
            let (forward, backward) = response.run(kernels.pointee)
            // A few roundings of numbers of about 1.
            let isClose = zip(forward + backward, expected.forward + expected.backward)
                .allSatisfy { abs(Double($0) - $1) <= 3e-6 }
            #expect(isClose, "\(String(cString: kernels.pointee.name))")
        }
    }

    @Test func theFastestIsTheLast() throws {
        let fastest = try #require(KernelSample.variants.last)
        #expect(training_kernels_fastest() == fastest)
    }
}

/// Both directions on random numbers, with marks behind everything that is written.
private struct KernelSample {
    let sizes: training_normalization
    private let x: [Float]
    private let dy: [Float]
    private static let mark: UInt32 = 0x7FA5_A5A5
    private static let marks = 64

    static var variants: [UnsafePointer<training_kernels>] {
        var kernels: [UnsafePointer<training_kernels>?] = [nil, nil, nil]
        let count = kernels.withUnsafeMutableBufferPointer {
            training_kernels_available($0.baseAddress)
        }
        return kernels.prefix(count).compactMap(\.self)
    }

    init(pixels: Int, channels: Int, isBFloat16: Bool, hasReLU: Bool) {
        sizes = training_normalization(
            pixels: pixels, channels: channels, is_bfloat16: isBFloat16, is_cut: hasReLU,
            minimum: 0, maximum: .infinity, epsilon: 1e-3, is_given: false)
        var generator = SeededGenerator(seed: UInt64(pixels * 100 + channels))
        let count = pixels * channels
        // Away from where a ReLU cuts.
        x = (0..<count).map { index in
            (index % 3 == 0 ? -1.5 : 1.5) + .random(in: -1...1, using: &generator)
        }
        dy = (0..<count).map { _ in .random(in: -1...1, using: &generator) }
    }

    /// What one variant writes: numbers by name, and whether the marks are still there.
    struct Outputs {
        var numbers: [[Float]] = []
        var stayedInside = true

        func isClose(to other: Outputs, within tolerance: Float) -> Bool {
            zip(numbers, other.numbers).allSatisfy { mine, others in
                zip(mine, others).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) }
            }
        }
    }

    func run(_ kernels: UnsafePointer<training_kernels>) -> Outputs {
        let (count, channels) = (sizes.pixels * sizes.channels, sizes.channels)
        let width = sizes.is_bfloat16 ? 2 : 4
        let weight = (0..<channels).map { 1 + Float($0) / 64 }
        let bias = [Float](repeating: 0.125, count: channels)
        let scratchBytes = training_scratch(sizes.pixels, channels)
        var blocks = [count * width, count * width, count, 4 * channels, 4 * channels]
        blocks += [4 * channels, 4 * channels, scratchBytes, count * width, count * width]
        let memory = blocks.map { Self.allocate($0) }
        defer { for block in memory { block.deallocate() } }
        fill(memory[8], x)
        fill(memory[9], dy)
        weight.withUnsafeBufferPointer { weight in
            bias.withUnsafeBufferPointer { bias in
                call(kernels.pointee, memory, weight.baseAddress, bias.baseAddress)
            }
        }
        var outputs = Outputs()
        for index in [0, 1] { outputs.numbers.append(read(memory[index], count)) }
        for index in 3...6 {
            outputs.numbers.append(
                (0..<channels).map { memory[index].load(fromByteOffset: 4 * $0, as: Float.self) })
        }
        for (block, size) in zip(memory, blocks) {
            let end = block + size.roundedUpToFour
            for index in 0..<Self.marks
            where end.load(fromByteOffset: 4 * index, as: UInt32.self) != Self.mark {
                outputs.stayedInside = false
            }
        }
        return outputs
    }

    private func call(
        _ kernels: training_kernels, _ memory: [UnsafeMutableRawPointer],
        _ weight: UnsafePointer<Float>?, _ bias: UnsafePointer<Float>?
    ) {
        let parallel: training_parallel = { body, count, context in
            // Backwards: chunks may run in any order.
            for index in (0..<count).reversed() { body?(index, context) }
        }
        let floats = { (index: Int) in memory[index].assumingMemoryBound(to: Float.self) }
        let selection = sizes.is_cut ? memory[2].assumingMemoryBound(to: Int8.self) : nil
        var forward = training_normalization_forward(
            sizes: sizes, source: memory[8], weight: weight, bias: bias, mean: floats(3),
            variance: floats(4), result: memory[0], selection: selection, scratch: memory[7])
        kernels.normalize(&forward, parallel)
        var backward = training_normalization_backward(
            sizes: sizes, source: memory[8], weight: weight, mean: floats(3),
            variance: floats(4), gradient: memory[9], selection: selection,
            by_source: memory[1], by_weight: floats(5), by_bias: floats(6), scratch: memory[7])
        kernels.differentiate(&backward, parallel)
    }

    private static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
        let rounded = byteCount.roundedUpToFour
        let block = UnsafeMutableRawPointer.allocate(
            byteCount: rounded + 4 * marks, alignment: 64)
        block.initializeMemory(as: UInt32.self, repeating: mark, count: rounded / 4 + marks)
        return block
    }

    private func fill(_ block: UnsafeMutableRawPointer, _ numbers: [Float]) {
        for (index, number) in numbers.enumerated() {
            if sizes.is_bfloat16 {
                block.storeBytes(
                    of: UInt16(number.bitPattern >> 16), toByteOffset: 2 * index, as: UInt16.self)
            } else {
                block.storeBytes(of: number, toByteOffset: 4 * index, as: Float.self)
            }
        }
    }

    private func read(_ block: UnsafeMutableRawPointer, _ count: Int) -> [Float] {
        (0..<count).map { index in
            guard sizes.is_bfloat16 else {
                return block.load(fromByteOffset: 4 * index, as: Float.self)
            }
            let half = block.load(fromByteOffset: 2 * index, as: UInt16.self)
            return Float(bitPattern: UInt32(half) << 16)
        }
    }
}

extension Int {
    fileprivate var roundedUpToFour: Int { (self + 3) / 4 * 4 }
}

/// Local response normalization of random numbers, and its derivative by random gradients.
private struct LocalResponse {
    private let sizes: training_response
    private let x: [Float]
    private let dy: [Float]

    init(pixels: Int, channels: Int, size: Int, beta: Float) {
        sizes = training_response(
            pixels: pixels, channels: channels, is_bfloat16: false, size: size, alpha: 0.05,
            beta: beta, k: 1.5)
        var generator = SeededGenerator(seed: UInt64(size * 100 + channels))
        let numbers = (0..<2 * pixels * channels).map { _ in
            Float.random(in: -1...1, using: &generator)
        }
        (x, dy) = (Array(numbers[..<(numbers.count / 2)]), Array(numbers[(numbers.count / 2)...]))
    }

    func run(_ kernels: training_kernels) -> (forward: [Float], backward: [Float]) {
        let parallel: training_parallel = { body, count, context in
            for index in (0..<count).reversed() { body?(index, context) }
        }
        var (y, dx) = ([Float](repeating: .nan, count: x.count), x)
        var scratch = [UInt8](repeating: 0xFF, count: training_response_scratch(sizes))
        x.withUnsafeBytes { source in
            dy.withUnsafeBytes { gradient in
                scratch.withUnsafeMutableBytes { scratch in
                    y.withUnsafeMutableBytes { result in
                        var step = training_response_forward(
                            sizes: sizes, source: source.baseAddress, result: result.baseAddress,
                            scratch: scratch.baseAddress)
                        kernels.respond(&step, parallel)
                    }
                    dx.withUnsafeMutableBytes { result in
                        var step = training_response_backward(
                            sizes: sizes, source: source.baseAddress,
                            gradient: gradient.baseAddress, by_source: result.baseAddress,
                            scratch: scratch.baseAddress)
                        kernels.differentiate_response(&step, parallel)
                    }
                }
            }
        }
        return (y, dx)
    }

    /// y = x · s^-β and dx = dy · s^-β − 2αβ · x · Σ dy · x · s^(-β-1), in 64 bits.
    var expected: (forward: [Double], backward: [Double]) {
        let (alpha, beta) = (Double(sizes.alpha), Double(sizes.beta))
        var y = [Double](repeating: 0, count: x.count)
        var dx = y
        for first in stride(from: 0, to: x.count, by: sizes.channels) {
            let s = (0..<sizes.channels).map { channel in
                Double(sizes.k)
                    + around(channel).reduce(0) { $0 + alpha * square(first + $1) }
            }
            for channel in 0..<sizes.channels {
                let index = first + channel
                y[index] = Double(x[index]) * pow(s[channel], -beta)
                let sum = around(channel).reduce(0) { sum, other in
                    sum + Double(dy[first + other]) * Double(x[first + other])
                        * pow(s[other], -beta - 1)
                }
                dx[index] =
                    Double(dy[index]) * pow(s[channel], -beta)
                    - 2 * alpha * beta * Double(x[index]) * sum
            }
        }
        return (y, dx)
    }

    private func around(_ channel: Int) -> Range<Int> {
        let reach = sizes.size / 2
        return max(0, channel - reach)..<min(sizes.channels, channel + reach + 1)
    }

    private func square(_ index: Int) -> Double { Double(x[index]) * Double(x[index]) }
}
#endif

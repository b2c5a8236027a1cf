import BranchyCompute
import NativeEngine
import TestSupport
import Testing

/// All variants compute the same, within what another order of summation may do.
struct NativeVariantTests {
    private static let channelCounts = [1, 3, 5, 10, 16, 17, 32, 33, 48]

    /// All strides and paddings for each pair of channel counts; sizes take turns: results of one
    /// pixel, rows shorter than a vector, and rows of a vector and a rest. With pooling, fused.
    @Test(
        arguments: KernelVariant.available,
        channelCounts.flatMap { channels in channelCounts.map { (channels, $0) } })
    func convolutionsAgree(_ kernels: KernelVariant, channels: (source: Int, result: Int)) throws {
        let sizes = [(1, 2), (5, 6), (8, 18)]
        for turn in 0..<4 {
            let offset = channels.source + channels.result + turn
            let (height, width) = sizes[offset % 3]
            let program = try Program { program in
                let x = program.addInput("x", ValueType([channels.source, height, width]))
                let kernelSize = min(turn.isMultiple(of: 2) ? 5 : 3, height + 2 * turn)
                let shape: Shape = [channels.result, channels.source, kernelSize, kernelSize]
                let w = program.addParameter("w", shape)
                let b = program.addParameter("b", [channels.result])
                program.beginSegment("only")
                let convolution = Program.Operation.Convolution(
                    stride: Extent2D(1 + offset / 3 % 3), padding: Padding2D(turn),
                    activation: turn.isMultiple(of: 2) ? .relu : nil)
                program.addOutput("maps", try program.apply(.convolution(convolution), x, w, b))
                let again = try program.apply(.convolution(convolution), x, w)
                let pooling = Program.Operation.Pooling(
                    kernelSize: 2, stride: 2, rounding: .ceiling, activation: .relu)
                program.addOutput("pooled", try program.apply(.maxPooling(pooling), again))
            }
            try requireAgreement(of: kernels, on: program)
        }
    }

    /// The sum at the end of a residual block is part of its last convolution where it can be: not
    /// where somebody else reads what is added up, or the other summand comes later.
    @Test(
        arguments: KernelVariant.available,
        [(5, 9), (16, 9), (32, 9), (33, 9), (5, 16), (16, 16), (32, 17), (33, 16)])
    func residualBlocksAgree(
        _ kernels: KernelVariant, size: (channels: Int, height: Int)
    ) throws {
        let (channels, height) = size
        let program = try Program { program in
            let x = program.addInput("x", ValueType([3, height, height - 1]))
            program.beginSegment("only")
            let stem = try program.convolve(x, "stem", filters: channels, kernelSize: 3, padding: 1)
            let first = try program.convolve(
                stem, "first", filters: channels, kernelSize: 3, padding: 1)
            let sum = try program.apply(.relu, try program.apply(.add, first, stem))
            let second = try program.convolve(
                sum, "second", filters: channels, kernelSize: 3, padding: 1)
            program.addOutput("sum", try program.apply(.add, sum, second))
            let third = try program.convolve(
                sum, "third", filters: channels, kernelSize: 3, padding: 1)
            program.addOutput("third", third)
            let copy = try program.apply(.shortcut(.init(stride: 1)), sum)
            program.addOutput("late", try program.apply(.add, third, copy))
            let fourth = try program.convolve(
                copy, "fourth", filters: channels, kernelSize: 3, padding: 1)
            program.addOutput("twice", try program.apply(.add, fourth, fourth))
        }
        try requireAgreement(of: kernels, on: program)
        let feed = Feed(for: program, batchSize: 2)
        let outputs = try NativeEngine(kernels: kernels).outputs(of: program, batchSize: 2, feed)
        try Agreement(reference: program, batchSize: 2, feed).require(outputs)
    }

    /// Tiles multiply transformed numbers, yet stay within what a sum's rounding may do; those at
    /// the edge are cut, and so many are computed at a time. Which size multiplies less depends on
    /// how far results fill the last of them.
    @Test(
        arguments: KernelVariant.available,
        [
            (3, 0, 13, "tiles of 4x4"), (3, 1, 13, "tiles of 4x4"), (3, 2, 13, "tiles of 4x4"),
            (3, 3, 13, "tiles of 4x4"), (3, 1, 6, "tiles of 2x2"), (3, 3, 9, "tiles of 4x4"),
            (5, 0, 13, "tiles of 2x2"), (5, 1, 13, "tiles of 2x2"), (5, 2, 13, "tiles of 2x2"),
            (5, 3, 13, "tiles of 2x2"),
        ])
    func tilesComputeWhatTheReferenceComputes(
        _ kernels: KernelVariant,
        convolution: (kernelSize: Int, padding: Int, height: Int, name: String)
    ) throws {
        let (kernelSize, padding, height, name) = convolution
        let program = try Program { program in
            let width = height > 6 ? height + 5 : height
            let x = program.addInput("x", ValueType([20, height, width]))
            program.beginSegment("only")
            let blocks = try program.convolve(x, "first", filters: 16, kernelSize: 1)
            program.addOutput(
                "y",
                try program.convolve(
                    blocks, "second", filters: 40, kernelSize: Extent2D(kernelSize),
                    padding: Padding2D(padding), activation: .relu))
        }
        let engine = try NativeEngine(kernels: kernels)
        let feed = Feed(for: program, batchSize: 2)
        let executable = try engine.compile(
            program, batchSize: 2, parameters: feed.parameters)
        #expect(executable.implementations.contains { $0.name.contains(name) })
        let outputs = try engine.outputs(of: program, batchSize: 2, feed)
        try Agreement(reference: program, batchSize: 2, feed).require(outputs)
    }

    /// Of many channels, tiles that the edge cuts are without some positions: of one, two or three
    /// results along a side.
    @Test(
        arguments: KernelVariant.available,
        [(13, 14, 3), (14, 15, 3), (15, 13, 3), (12, 13, 3), (7, 7, 3), (13, 13, 5), (12, 13, 5)])
    func cutTilesComputeWhatTheReferenceComputes(
        _ kernels: KernelVariant, size: (height: Int, width: Int, kernel: Int)
    ) throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([3, size.height, size.width]))
            program.beginSegment("only")
            let blocks = try program.convolve(x, "first", filters: 65, kernelSize: 1)
            program.addOutput(
                "y",
                try program.convolve(
                    blocks, "second", filters: 17, kernelSize: Extent2D(size.kernel),
                    padding: Padding2D(size.kernel / 2), activation: .relu))
        }
        let feed = Feed(for: program, batchSize: 1)
        for precision: InferencePrecision in [.float32, .bfloat16] {
            let engine = try NativeEngine(kernels: kernels, precision: precision)
            let outputs = try engine.outputs(of: program, batchSize: 1, feed)
            let reference = precision == .bfloat16 ? try program.inBFloat16() : program
            try Agreement(reference: reference, batchSize: 1, feed).require(outputs)
        }
    }

    /// Images begin with 7x7 at a stride of 2; the last register block of a row is full or not, and
    /// rows that fill it badly are better off as they were. With AVX2 they always are.
    @Test(
        arguments: KernelVariant.available,
        [
            (3, 31, true), (3, 32, true), (0, 33, true), (3, 34, false), (1, 62, true),
            (3, 12, false),
        ])
    func linesComputeWhatTheReferenceComputes(
        _ kernels: KernelVariant, image: (padding: Int, width: Int, areFull: Bool)
    ) throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([3, 18, image.width]))
            program.beginSegment("only")
            program.addOutput(
                "y",
                try program.convolve(
                    x, "first", filters: 40, kernelSize: 7, stride: 2,
                    padding: Padding2D(image.padding), activation: .silu))
        }
        let engine = try NativeEngine(kernels: kernels)
        let feed = Feed(for: program, batchSize: 2)
        let executable = try engine.compile(
            program, batchSize: 2, parameters: feed.parameters)
        let isAlongLines = executable.implementations.contains {
            $0.name.contains("lines of planes")
        }
        #expect(isAlongLines == (image.areFull && kernels != .avx2))
        let outputs = try engine.outputs(of: program, batchSize: 2, feed)
        try Agreement(reference: program, batchSize: 2, feed).require(outputs)
    }

    /// Squares of so many neighbours do not fit three blocks.
    @Test func wideLocalResponsesAreRefused() throws {
        for size in [33, 35] {
            let program = try Program { program in
                let x = program.addInput("x", ValueType([40, 2, 3]))
                program.beginSegment("only")
                let normalization = Program.Operation.LocalResponseNormalization(
                    size: size, alpha: 0.5, beta: 0.6, k: 2)
                program.addOutput(
                    "y", try program.apply(.localResponseNormalization(normalization), x))
            }
            if size == 33 {
                try requireAgreement(of: .fastest, on: program)
            } else {
                try requireFailure(.unsupported, "a normalization over \(size) channels") {
                    _ = try NativeEngine().compile(
                        program, batchSize: 1, parameters: ParameterStore())
                }
            }
        }
    }

    @Test(arguments: KernelVariant.available, [1, 7, 8, 15, 16, 17, 33, 84, 720])
    func fullyConnectedLayersAgree(_ kernels: KernelVariant, inputs: Int) throws {
        for outputs in [1, 3, 8, 9, 10, 17, 84] {
            let program = try Program { program in
                let x = program.addInput("x", ValueType([inputs]))
                program.beginSegment("only")
                program.addOutput("y", try program.classify(x, "fc", classes: outputs))
            }
            try requireAgreement(of: kernels, on: program)
        }
    }

    /// Nothing to compute is no fault.
    @Test(arguments: KernelVariant.available)
    func emptyValuesAreComputed(_ kernels: KernelVariant) throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([0]))
            program.beginSegment("only")
            program.addOutput("nothing", try program.apply(.relu, x))
            program.addOutput("biases", try program.classify(x, "fc", classes: 3))
            let image = program.addInput("image", ValueType([2, 4, 4]))
            let w = program.addParameter("w", [0, 2, 3, 3])
            program.addOutput("maps", try program.apply(.convolution(.init(padding: 1)), image, w))
        }
        try requireAgreement(of: kernels, on: program)
    }

    private func requireAgreement(of kernels: KernelVariant, on program: Program) throws {
        let feed = Feed(for: program, batchSize: 2)
        let portable = try NativeEngine(kernels: .portable)
            .outputs(of: program, batchSize: 2, feed)
        let outputs = try NativeEngine(kernels: kernels).outputs(of: program, batchSize: 2, feed)
        try Agreement(expected: portable, of: program, batchSize: 2, feed).require(outputs)
    }
}

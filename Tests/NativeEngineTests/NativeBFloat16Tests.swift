import BranchyCompute
import NativeEngine
import TestSupport
import Testing

/// Products of numbers that were rounded to bfloat16, added up in 32 bits.
struct NativeBFloat16Tests {
    private static let channelCounts = [1, 5, 16, 17, 32, 33, 48]

    /// All variants round the same numbers, so that they differ by what another order of summation
    /// may do. On sizes as in the same test of 32 bits.
    @Test(
        arguments: KernelVariant.available,
        channelCounts.flatMap { channels in channelCounts.map { (channels, $0) } })
    func convolutionsAgree(_ kernels: KernelVariant, channels: (source: Int, result: Int)) throws {
        let sizes = [(1, 2), (5, 6), (8, 18)]
        for turn in 0..<4 {
            let offset = channels.source + channels.result + turn
            let program = try BFloat16Sample.convolution(
                channels, size: sizes[offset % 3], turn, stride: 1 + offset / 3 % 3)
            try requireAgreement(of: kernels, on: program)
        }
    }

    @Test(arguments: KernelVariant.available, [1, 7, 15, 16, 17, 31, 32, 33, 84, 720])
    func fullyConnectedLayersAgree(_ kernels: KernelVariant, inputs: Int) throws {
        for outputs in [1, 3, 8, 9, 17] {
            try requireAgreement(
                of: kernels, on: BFloat16Sample.linear(inputs: inputs, outputs: outputs))
        }
    }

    /// What is multiplied is as far off as 8 bits are: the reference rounds what it multiplies, and
    /// besides what lies between two layers.
    @Test(arguments: KernelVariant.available, [(16, 3), (33, 3), (48, 1), (20, 5)])
    func computesWhatTheReferenceComputes(
        _ kernels: KernelVariant, size: (channels: Int, kernelSize: Int)
    ) throws {
        let program = try BFloat16Sample.residual(
            channels: size.channels, kernelSize: size.kernelSize)
        let feed = Feed(for: program, batchSize: 2)
        let outputs = try engine(kernels).outputs(of: program, batchSize: 2, feed)
        try Agreement(reference: program.inBFloat16(), batchSize: 2, feed).require(outputs)
    }

    /// A number that bfloat16 does not have goes to the nearest, and to the even one in the middle.
    @Test(arguments: KernelVariant.available)
    func roundsToTheNearest(_ kernels: KernelVariant) throws {
        let program = try BFloat16Sample.linear(inputs: 1, outputs: 1)
        let cases: [(number: Float, rounded: Float)] = [
            (1, 1), (1 + 0x1p-8, 1), (1 + 0x1p-7 + 0x1p-8, 1 + 0x1p-6), (1 + 0x1.8p-8, 1 + 0x1p-7),
            (-1 - 0x1.8p-8, -1 - 0x1p-7), (.infinity, .infinity),
            (.greatestFiniteMagnitude, .infinity),
        ]
        for (number, rounded) in cases {
            // The sample ends in ReLU: of what is below 0 the other factor turns the sign.
            let sign: Float = number < 0 ? -1 : 1
            for (x, weight) in [(number, sign), (sign, number)] {
                let feed = Feed(
                    for: program, batchSize: 1,
                    numbers: ["x": [x], "w": [weight], "b": [0]])
                let outputs = try engine(kernels).outputs(of: program, batchSize: 1, feed)
                #expect(outputs["y"]?.scalars == [sign * rounded])
            }
        }
        for bits: UInt32 in [0x7FC0_0000, 0x7F80_0001, 0x7FFF_FFFF] {
            let feed = Feed(
                for: program, batchSize: 1,
                numbers: ["x": [Float(bitPattern: bits)], "w": [1], "b": [0]])
            let outputs = try engine(kernels).outputs(of: program, batchSize: 1, feed)
            #expect(outputs["y"]?.scalars[0].isNaN == true)
        }
    }

    /// Every kernel reads and writes inside its buffers.
    @Test(
        arguments: KernelVariant.available.flatMap { kernels in
            GuardedMemory.Edge.allCases.map { (kernels, $0) }
        }, channelCounts)
    func staysInsideItsBuffers(
        _ guarded: (kernels: KernelVariant, edge: GuardedMemory.Edge), channels: Int
    ) throws {
        let engine = GuardedEngine(engine: try engine(guarded.kernels), edge: guarded.edge)
        for turn in 0..<4 {
            let program = try BFloat16Sample.convolution(
                (channels, channels), size: (9, 7), turn, stride: 1 + turn % 2)
            try requireAgreement(of: engine, on: program)
        }
        try requireAgreement(of: engine, on: BFloat16Sample.linear(inputs: channels, outputs: 17))
    }

    /// Logits keep all bits, and so does what gains nothing.
    @Test func onlyWhatGainsIsRounded() throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([3, 12, 12]))
            program.beginSegment("only")
            let few = try program.convolve(x, "few", filters: 5, kernelSize: 3)
            let blocks = try program.convolve(few, "blocks", filters: 16, kernelSize: 3)
            let more = try program.convolve(blocks, "more", filters: 16, kernelSize: 3)
            let features = try program.classify(
                try program.apply(.flatten, more), "features", classes: 20)
            program.addOutput("logits", try program.classify(features, "logits", classes: 10))
        }
        let executable = try NativeEngine(precision: .bfloat16).compile(
            program, batchSize: 1, parameters: Feed(for: program, batchSize: 1).parameters)
        let isRounded = executable.implementations.filter { $0.operation != "copy" }
            .map { $0.name.hasSuffix("in bfloat16") }
        // Of few channels each part of the columns is a step, as many as the vectors here make.
        #expect(isRounded.count > 4 && !isRounded.dropLast(4).contains(true))
        #expect(isRounded.suffix(4) == [false, true, true, false])
    }

    /// Where there are tiles enough, tiles of 4x4 in 32 bits are faster than those of 2x2 in bfloat16,
    /// and every bit is kept.
    @Test(arguments: [(8, true), (16, true), (32, false), (56, false)])
    func tilesAreRoundedWhereThatGains(size: Int, isRounded: Bool) throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([16, size, size]))
            program.beginSegment("only")
            let blocks = try program.convolve(x, "first", filters: 16, kernelSize: 1)
            program.addOutput(
                "y", try program.convolve(blocks, "second", filters: 16, kernelSize: 3, padding: 1))
        }
        let executable = try NativeEngine(precision: .bfloat16).compile(
            program, batchSize: 1, parameters: Feed(for: program, batchSize: 1).parameters)
        let tiles = executable.implementations.filter { $0.name.contains("tiles of") }
        #expect(tiles.map { $0.name.hasSuffix("in bfloat16") } == [isRounded])
    }

    private func engine(_ kernels: KernelVariant) throws -> NativeEngine {
        try NativeEngine(kernels: kernels, precision: .bfloat16)
    }

    private func requireAgreement(of kernels: KernelVariant, on program: Program) throws {
        try requireAgreement(of: engine(kernels), on: program)
    }

    private func requireAgreement(of engine: some Engine, on program: Program) throws {
        let feed = Feed(for: program, batchSize: 2)
        let portable = try self.engine(.portable).outputs(of: program, batchSize: 2, feed)
        let outputs = try engine.outputs(of: program, batchSize: 2, feed)
        try Agreement(expected: portable, of: program, batchSize: 2, feed).require(outputs)
    }
}

/// Programs in which one layer rounds, and others that only choose and move stand around it.
private enum BFloat16Sample {
    /// From an input in blocks.
    static func convolution(
        _ channels: (source: Int, result: Int), size: (height: Int, width: Int), _ turn: Int,
        stride: Int
    ) throws -> Program {
        try Program { program in
            let x = program.addInput("x", ValueType([channels.source, size.height, size.width]))
            program.beginSegment("only")
            let blocks = try program.apply(.shortcut(.init(stride: 1)), x)
            let kernelSize = min([1, 3, 5, 3][turn], size.height + 2 * turn)
            let shape: Shape = [channels.result, channels.source, kernelSize, kernelSize]
            let w = program.addParameter("w", shape)
            let b = program.addParameter("b", [channels.result])
            let convolution = Program.Operation.Convolution(
                stride: Extent2D(stride), padding: Padding2D(turn),
                activation: turn.isMultiple(of: 2) ? .relu : nil)
            program.addOutput(
                "maps", try program.apply(.convolution(convolution), blocks, w, b))
        }
    }

    /// A layer that writes no output, since logits are not rounded.
    static func linear(inputs: Int, outputs: Int) throws -> Program {
        try Program { program in
            let x = program.addInput("x", ValueType([inputs]))
            program.beginSegment("only")
            let w = program.addParameter("w", [outputs, inputs])
            let b = program.addParameter("b", [outputs])
            let features = try program.apply(.linear(.init()), x, w, b)
            program.addOutput("y", try program.apply(.relu, features))
        }
    }

    static func residual(channels: Int, kernelSize: Int) throws -> Program {
        try Program { program in
            let x = program.addInput("x", ValueType([channels, 13, 18]))
            program.beginSegment("only")
            let blocks = try program.apply(.shortcut(.init(stride: 1)), x)
            let first = try program.convolve(
                blocks, "first", filters: channels, kernelSize: Extent2D(kernelSize),
                padding: Padding2D(kernelSize / 2), activation: .relu)
            let second = try program.convolve(
                first, "second", filters: channels, kernelSize: Extent2D(kernelSize),
                padding: Padding2D(kernelSize / 2))
            let sum = try program.apply(.add, second, blocks)
            program.addOutput("sum", try program.apply(.relu, sum))
            let strided = Program.Operation.Convolution(stride: 2, padding: 1)
            let w = program.addParameter("w", [24, channels, 3, 3])
            program.addOutput("strided", try program.apply(.convolution(strided), sum, w))
        }
    }
}

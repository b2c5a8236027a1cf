import BranchyCompute
import NativeEngine
import TestSupport
import Testing

/// Where the results of parallel paths lie, and who may write over whom.
struct NativePathTests {
    /// Paths that begin a block write to their place among the joined channels.
    @Test(arguments: KernelVariant.available)
    func joinedPathsAreNotCopied(_ kernels: KernelVariant) throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([3, 9, 7]))
            program.beginSegment("only")
            var joined = try program.convolve(x, "stem", filters: 32, kernelSize: 3, padding: 1)
            for index in 0..<3 {
                let path = try program.convolve(
                    joined, "path \(index)", filters: 16, kernelSize: 3, padding: 1,
                    activation: .relu)
                joined = try program.apply(.concatenate, joined, path)
            }
            let last = try program.convolve(joined, "last", filters: 24, kernelSize: 1)
            program.addOutput("y", try program.apply(.concatenate, joined, last))
        }
        try requireAgreement(of: kernels, on: program)
        #expect(try copies(program, kernels).isEmpty)
    }

    /// Channels at other places, planes, and a value that is joined with itself are copied.
    @Test(
        arguments: KernelVariant.available,
        [[24, 16], [16, 16], [5, 40], [16, 3], [24, 8, 20], [33, 33, 17], [40, 16]])
    func otherPathsAreCopied(_ kernels: KernelVariant, channels: [Int]) throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([16, 6, 5]))
            program.beginSegment("only")
            let source = try program.convolve(x, "stem", filters: 20, kernelSize: 1)
            let paths = try channels.enumerated().map { index, count in
                try program.convolve(
                    index.isMultiple(of: 2) ? source : x, "path \(index)", filters: count,
                    kernelSize: 3, padding: 1)
            }
            let joined = try program.append(.concatenate, paths)[0]
            program.addOutput("joined", joined)
            let twice = try program.apply(.concatenate, paths[1], joined, paths[1])
            program.addOutput(
                "mean", try program.apply(.globalAveragePooling(keepsDimensions: true), twice))
            program.addOutput(
                "mixed", try program.convolve(twice, "mixed", filters: 17, kernelSize: 3))
        }
        try requireAgreement(of: kernels, on: program)
    }

    /// Selected channels are read where they lie, and nobody writes over what others still read.
    @Test(arguments: KernelVariant.available, [16, 13])
    func sharedChannelsStay(_ kernels: KernelVariant, first: Int) throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([20, 5, 6]))
            program.beginSegment("only")
            let all = try program.convolve(x, "all", filters: 40, kernelSize: 3, padding: 1)
            let back = try program.apply(.selectChannels(first..<40), all)
            let front = try program.apply(.selectChannels(0..<first), all)
            let active = try program.apply(.activation(.hardSwish), back)
            let own = try program.convolve(front, "own", filters: 24, kernelSize: 1)
            let activeOwn = try program.apply(.activation(.silu), own)
            let joined = try program.apply(.concatenate, all, activeOwn)
            program.addOutput(
                "joined", try program.apply(.activation(.gelu), joined))
            program.addOutput("active", try program.apply(.relu, active))
            program.addOutput("own", activeOwn)
            program.addOutput("all", all)
        }
        try requireAgreement(of: kernels, on: program)
    }

    /// A segment may run again without the one before it, and gives the same then.
    @Test(arguments: KernelVariant.available)
    func segmentsLeaveTheirInputsAlone(_ kernels: KernelVariant) throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([16, 4, 4]))
            program.beginSegment("first")
            let y = try program.convolve(x, "conv", filters: 16, kernelSize: 3)
            program.beginSegment("second")
            program.addOutput("y", try program.apply(.activation(.sigmoid), y))
        }
        let feed = Feed(for: program, batchSize: 2)
        let executable = try NativeEngine(kernels: kernels).compile(
            program, batchSize: 2, parameters: feed.parameters)
        var workspace = try executable.makeWorkspace()
        let outputs = try executable.outputs(feed, segments: [0, 1], in: &workspace)
        let again = try executable.outputs(feed, segments: [1], in: &workspace)
        #expect(outputs == again)
    }

    /// Products with one number per channel, of images that nothing else reads and of others.
    @Test(arguments: KernelVariant.available, [5, 16, 40])
    func channelsAreExcited(_ kernels: KernelVariant, channels: Int) throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([3, 8, 7]))
            program.beginSegment("only")
            let image = try program.convolve(
                x, "image", filters: channels, kernelSize: 3, activation: .silu)
            let mean = try program.apply(.globalAveragePooling(keepsDimensions: true), image)
            let few = try program.convolve(
                mean, "few", filters: 6, kernelSize: 1, activation: .relu)
            let factors = try program.convolve(
                few, "factors", filters: channels, kernelSize: 1, activation: .hardSigmoid)
            let product = try program.apply(.multiply, image, factors)
            program.addOutput("y", try program.convolve(product, "y", filters: 20, kernelSize: 1))
            program.addOutput("factors", factors)
        }
        try requireAgreement(of: kernels, on: program)
    }

    private func copies(_ program: Program, _ kernels: KernelVariant) throws -> [String] {
        let feed = Feed(for: program, batchSize: 1)
        return try NativeEngine(kernels: kernels).compile(
            program, batchSize: 1, parameters: feed.parameters
        ).implementations.map(\.name).filter { $0.contains("copies") }
    }

    private func requireAgreement(of kernels: KernelVariant, on program: Program) throws {
        for batchSize in [1, 2] {
            let feed = Feed(for: program, batchSize: batchSize)
            let outputs = try NativeEngine(kernels: kernels).outputs(
                of: program, batchSize: batchSize, feed)
            try Agreement(reference: program, batchSize: batchSize, feed).require(outputs)
        }
    }
}

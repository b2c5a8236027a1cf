import BranchyCompute
import TestSupport
import Testing

/// A small network with several losses, whose derivatives can be measured.
struct TrainingSample: CustomTestStringConvertible, Sendable {
    let testDescription: String
    private let logits: @Sendable (inout Program) throws -> [Program.Value]
    private let transform: @Sendable (Program) -> Program

    /// - Parameters:
    ///   - logits: begins segments and returns what each loss judges.
    ///   - transform: rewrites the program before it is differentiated.
    init(
        _ name: String, transform: @escaping @Sendable (Program) -> Program = { $0 },
        logits: @escaping @Sendable (inout Program) throws -> [Program.Value]
    ) {
        (testDescription, self.logits, self.transform) = (name, logits, transform)
    }

    /// The network and its losses, the last segment: `loss 0` and so on, each with `weights 0`.
    func forward() throws -> Program {
        try transform(
            Program { program in
                let logits = try logits(&program)
                program.beginSegment("losses")
                let targets = program.addInput("targets", ValueType([], element: .int32))
                for (exit, logits) in logits.enumerated() {
                    let weights = program.addInput("weights \(exit)", ValueType([]))
                    let operands = [logits, targets, weights]
                    program.addOutput(
                        "loss \(exit)",
                        try program.append(.softmaxCrossEntropy(labelSmoothing: 0), operands)[0])
                }
            })
    }

    /// The derivatives by all parameters of the sum of some losses, all of them if `nil`.
    func gradients(of losses: [String]? = nil, _ feed: Feed) throws -> [String: Tensor] {
        let forward = try forward()
        let program = try forward.differentiated(losses: losses ?? forward.losses)
        return try ReferenceEngine().outputs(of: program, batchSize: Self.batchSize, feed)
            .filter { $0.key.hasPrefix("gradient of ") }
    }

    /// Numbers for the program and for what it is differentiated to, where parameters are inputs.
    func feed(seed: UInt64 = 1) throws -> Feed {
        var feed = Feed(for: try forward(), batchSize: Self.batchSize, seed: seed)
        for (name, tensor) in feed.parameters { feed.inputs[name] = tensor }
        return feed
    }

    static let batchSize = 2
}

extension Program {
    var losses: [String] { outputs.map(\.name).filter { $0.hasPrefix("loss ") } }
}

extension TrainingSample {
    static let all = [
        chain, branched, fused, hoisted, residual, threeReaders, tied, overlapping, paths,
        weighted, frozen,
    ]

    static let chain = TrainingSample("linear layers, relu and dropout") { program in
        let x = program.addInput("x", ValueType([4]))
        program.beginSegment("only")
        let hidden = try program.apply(.relu, program.classify(x, "first", classes: 6))
        let mask = program.addInput("mask", ValueType([6]))
        let kept = try program.apply(.dropout, hidden, mask)
        return [try program.classify(kept, "second", classes: 3)]
    }

    /// As LeNet with its branch: both ways on begin with pooling and relu.
    static let branched = TrainingSample("convolutions with a branch", logits: buildBranched)

    static let fused = TrainingSample(
        "convolutions with a branch, fused", transform: { $0.fusingActivations() },
        logits: buildBranched)

    static let hoisted = TrainingSample(
        "convolutions with a branch, hoisted and fused",
        transform: { $0.hoistingSharedLayers().fusingActivations() }, logits: buildBranched)

    private static let buildBranched: @Sendable (inout Program) throws -> [Program.Value] = {
        program in
        let x = program.addInput("x", ValueType([2, 6, 5]))
        program.beginSegment("backbone 0")
        let maps = try program.convolve(x, "conv0", filters: 2, kernelSize: 2)
        func begin() throws -> Program.Value {
            let pooling = Program.Operation.Pooling(kernelSize: 2, stride: 2, rounding: .ceiling)
            return try program.apply(.relu, try program.apply(.maxPooling(pooling), maps))
        }
        program.beginSegment("branch 0")
        let early = try program.classify(try begin(), "branch", classes: 3)
        program.beginSegment("backbone 1")
        let deep = try program.convolve(
            try begin(), "conv1", filters: 3, kernelSize: 2, padding: 1)
        let features = try program.classify(
            try program.apply(.relu, deep), "hidden", classes: 4)
        let hidden = try program.apply(.relu, features)
        return [early, try program.classify(hidden, "final", classes: 3)]
    }

    /// Sums of two trained values, of a value and itself, and of a trained one and an input.
    static let residual = TrainingSample("sums") { program in
        let x = program.addInput("x", ValueType([2, 3, 3]))
        program.beginSegment("only")
        let inner = try program.convolve(x, "inner", filters: 2, kernelSize: 3, padding: 1)
        let outer = try program.convolve(
            try program.apply(.relu, inner), "outer", filters: 2, kernelSize: 1)
        let sum = try program.apply(.add, try program.apply(.add, outer, inner), x)
        let double = try program.apply(.add, sum, sum)
        return [try program.classify(double, "fc", classes: 3)]
    }

    static let threeReaders = TrainingSample("a value that three segments read") { program in
        let x = program.addInput("x", ValueType([1, 4, 4]))
        program.beginSegment("backbone 0")
        let maps = try program.convolve(x, "conv", filters: 2, kernelSize: 2)
        var logits: [Program.Value] = []
        for branch in 0..<2 {
            program.beginSegment("branch \(branch)")
            logits.append(try program.classify(maps, "branch\(branch)", classes: 2 + branch))
        }
        program.beginSegment("backbone 1")
        let mask = program.addInput("mask", program.type(of: maps))
        let kept = try program.apply(.dropout, maps, mask)
        logits.append(try program.classify(try program.apply(.relu, kept), "final", classes: 2))
        return logits
    }

    static let tied = TrainingSample("one weight in two layers, without biases") { program in
        let x = program.addInput("x", ValueType([4]))
        let weight = program.addParameter("weight", [4, 4])
        program.beginSegment("only")
        let hidden = try program.apply(
            .relu, try program.apply(.linear(.init()), x, weight))
        return [try program.apply(.linear(.init()), hidden, weight)]
    }

    static let overlapping = TrainingSample("pooling windows that overlap, a stride") { program in
        let x = program.addInput("x", ValueType([1, 9, 8]))
        let weight = program.addParameter("weight", [2, 1, 3, 3])
        program.beginSegment("only")
        let maps = try program.apply(.convolution(.init(stride: 2, padding: 2)), x, weight)
        let pooling = Program.Operation.Pooling(kernelSize: 3, stride: 2, rounding: .ceiling)
        let pooled = try program.apply(.maxPooling(pooling), maps)
        return [try program.classify(pooled, "fc", classes: 3)]
    }

    /// Channels are shared out, dealt anew and joined; one value is read by three paths.
    static let paths = TrainingSample("paths that are concatenated") { program in
        let x = program.addInput("x", ValueType([3, 5, 4]))
        program.beginSegment("only")
        let maps = try program.convolve(
            x, "grouped", filters: 6, kernelSize: Extent2D(height: 1, width: 3),
            padding: Padding2D(top: 0, left: 2, bottom: 0, right: 0), groups: 3)
        let front = try program.apply(.selectChannels(0..<2), maps)
        let back = try program.convolve(
            try program.apply(.selectChannels(1..<6), maps), "depthwise", filters: 5, kernelSize: 3,
            padding: 2, dilation: 2, groups: 5)
        let joined = try program.apply(.concatenate, front, back, maps, x)
        let dealt = try program.apply(.shuffleChannels(groups: 4), joined)
        let means = try program.apply(
            .averagePooling(
                .init(
                    kernelSize: 3, stride: 2, padding: 1, rounding: .ceiling, countsPadding: true)),
            try program.apply(.activation(.gelu), dealt))
        return [try program.classify(means, "fc", classes: 3)]
    }

    /// As squeeze-and-excitation, and a value that is multiplied by itself.
    static let weighted = TrainingSample("products") { program in
        let x = program.addInput("x", ValueType([2, 4, 3]))
        program.beginSegment("only")
        let maps = try program.apply(
            .activation(.silu), try program.convolve(x, "conv", filters: 3, kernelSize: 2))
        let mean = try program.apply(.globalAveragePooling(keepsDimensions: true), maps)
        let squeezed = try program.convolve(mean, "squeeze", filters: 2, kernelSize: 1)
        let excited = try program.convolve(
            try program.apply(.activation(.geluTanh), squeezed), "excite", filters: 3,
            kernelSize: 1)
        let weights = try program.apply(.activation(.sigmoid), excited)
        let weighted = try program.apply(.multiply, maps, weights)
        let squared = try program.apply(.multiply, weighted, weighted)
        let double = try program.apply(.add, squared, squared)
        return [
            try program.classify(try program.apply(.add, double, double), "fc", classes: 3)
        ]
    }

    /// Statistics that are inputs get no derivative, and what is before them does.
    static let frozen = TrainingSample(
        "a normalization with given statistics",
        transform: { $0.fusingActivationsIntoBatchNormalizations() }
    ) { program in
        let x = program.addInput("x", ValueType([2, 4, 3]))
        let mean = program.addInput("mean", ValueType([3], isBatched: false))
        let deviation = program.addInput("deviation", ValueType([3], isBatched: false))
        program.beginSegment("only")
        let maps = try program.convolve(x, "conv", filters: 3, kernelSize: 2)
        let (weight, bias) = (
            program.addParameter("bn.weight", [3]), program.addParameter("bn.bias", [3])
        )
        let variance = try program.apply(.multiply, deviation, deviation)
        let normalization = Program.Operation.BatchNormalization(epsilon: 0.5, statistics: .given)
        let normalized = try program.apply(
            .batchNormalization(normalization), maps, weight, bias, mean, variance)
        return [
            try program.classify(
                try program.apply(.activation(.silu), normalized), "fc", classes: 3)
        ]
    }
}

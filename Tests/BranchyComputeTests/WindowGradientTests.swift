import BranchyCompute
import TestSupport
import Testing

/// The gradients of windows of any shape, of products and of activations in the reference engine
/// against central differences; what is exact and what is not is as in ``GradientTests``.
@Suite struct WindowGradientTests {
    private static let exactly = Double(0)
    private static let smoothly = 1e-4

    @Test(
        arguments: [
            .init(groups: 2),
            .init(padding: 1, groups: 4),
            .init(stride: Extent2D(height: 1, width: 2), padding: 2, dilation: 2, groups: 2),
            .init(
                stride: 2, padding: Padding2D(top: 0, left: 2, bottom: 1, right: 0),
                dilation: Extent2D(height: 1, width: 2)),
        ] as [Program.Operation.Convolution])
    func convolution(_ convolution: Program.Operation.Convolution) throws {
        let perGroup = 4 / convolution.groups
        let program = try Program { program in
            let x = program.addInput("x", ValueType([4, 5, 4]))
            let w = program.addInput("w", ValueType([8, perGroup, 3, 2], isBatched: false))
            let b = program.addInput("b", ValueType([8], isBatched: false))
            program.beginSegment("only")
            let y = try program.apply(.convolution(convolution), x, w, b)
            let dy = program.addInput("dy", program.type(of: y))
            program.addOutput("y", y)
            let source = Program.Operation.Gradient.convolutionSource(
                convolution, source: [4, 5, 4])
            program.addOutput("x", try program.apply(.gradient(source), dy, w))
            let parameters = Program.Operation.Gradient.convolutionParameters(
                convolution, kernelSize: Extent2D(height: 3, width: 2), hasBias: true)
            let gradients = try program.append(.gradient(parameters), [x, dy])
            program.addOutput("w", gradients[0])
            program.addOutput("b", gradients[1])
        }
        try CentralDifferences(of: program, feed: .dyadic(for: program), step: 1 / 8)
            .check(["x", "w", "b"], within: Self.exactly)
    }

    private static let windows: [Program.Operation.Pooling] = [
        .init(kernelSize: 3, stride: 2, padding: 1),
        .init(kernelSize: 3, stride: 2, padding: 1, rounding: .ceiling),
        .init(
            kernelSize: Extent2D(height: 2, width: 3), stride: Extent2D(height: 1, width: 2),
            padding: Padding2D(top: 1, left: 0, bottom: 0, right: 2), rounding: .ceiling),
    ]

    @Test(arguments: windows)
    func maxPooling(_ pooling: Program.Operation.Pooling) throws {
        var pooling = pooling
        pooling.recordsSelection = true
        try GradientTests.checkMaxPooling(pooling)
    }

    @Test(arguments: windows, [false, true])
    func averagePooling(_ pooling: Program.Operation.Pooling, countsPadding: Bool) throws {
        var pooling = pooling
        pooling.countsPadding = countsPadding
        try GradientTests.checkAveragePooling(pooling)
    }

    @Test func globalAveragePoolingToOnePixel() throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([3, 2, 4]))
            let dy = program.addInput("dy", ValueType([3, 1, 1]))
            program.beginSegment("only")
            program.addOutput(
                "y", try program.apply(.globalAveragePooling(keepsDimensions: true), x))
            let gradient = Program.Operation.Gradient.globalAveragePooling(
                source: [3, 2, 4], keepsDimensions: true)
            program.addOutput("x", try program.apply(.gradient(gradient), dy))
        }
        try CentralDifferences(of: program, feed: .dyadic(for: program), step: 1 / 8)
            .check(["x"], within: Self.exactly)
    }

    /// Of two images, and of an image and a number a channel.
    @Test(arguments: [[3, 2, 4], [3, 1, 1]])
    func multiply(factor: [Int]) throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([3, 2, 4]))
            let factor = program.addInput("factor", ValueType(Shape(factor)))
            let dy = program.addInput("dy", ValueType([3, 2, 4]))
            program.beginSegment("only")
            program.addOutput("y", try program.apply(.multiply, x, factor))
            program.addOutput("x", try program.apply(.multiply, dy, factor))
            let isWhole = program.type(of: factor) == program.type(of: x)
            program.addOutput(
                "factor", try program.apply(isWhole ? .multiply : .gradient(.multiply), x, dy))
        }
        try CentralDifferences(of: program, feed: .dyadic(for: program), step: 1 / 8)
            .check(["x", "factor"], within: Self.exactly)
    }

    /// Elements are a step and more away from where clips and hard functions bend.
    @Test(
        arguments: [
            .relu, .clip(minimum: 0, maximum: 1), .clip(minimum: -1.5, maximum: 2), .sigmoid,
            .hardSigmoid, .hardSwish, .silu, .gelu, .geluTanh,
        ] as [Program.Operation.Activation])
    func activation(_ activation: Program.Operation.Activation) throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([20]))
            let dy = program.addInput("dy", ValueType([20]))
            program.beginSegment("only")
            let y = try program.apply(.activation(activation), x)
            program.addOutput("y", y)
            let known = activation.derivativeOperand == .result ? y : x
            program.addOutput(
                "x", try program.apply(.gradient(.activation(activation)), known, dy))
        }
        var feed = Feed.dyadic(for: program)
        feed.inputs["x"] = Tensor([2, 20], (-20..<20).map { Float($0) / 4 + 0.125 })
        try CentralDifferences(of: program, feed: feed, step: 1 / 64)
            .check(["x"], within: Self.smoothly)
    }

    /// Mean and variance are constants here, whatever the batch's are.
    @Test func batchNormalizationWithGivenStatistics() throws {
        let normalization = Program.Operation.BatchNormalization(
            epsilon: 0.125, statistics: .given)
        let channel = ValueType([3], isBatched: false)
        let program = try Program { program in
            let x = program.addInput("x", ValueType([3, 3, 4]))
            let (weight, bias) = (program.addInput("w", channel), program.addInput("b", channel))
            let mean = program.addInput("mean", channel)
            let variance = program.addInput("variance", channel)
            let dy = program.addInput("dy", ValueType([3, 3, 4]))
            program.beginSegment("only")
            program.addOutput(
                "y",
                try program.append(
                    .batchNormalization(normalization), [x, weight, bias, mean, variance])[0])
            let gradients = try program.append(
                .gradient(.batchNormalization(normalization)), [x, weight, mean, variance, dy])
            for (name, gradient) in zip(["x", "w", "b"], gradients) {
                program.addOutput(name, gradient)
            }
        }
        var feed = Feed.dyadic(for: program)
        feed.inputs["variance"] = Tensor([3], [0.5, 1, 2])
        try CentralDifferences(of: program, feed: feed, step: 1 / 8)
            .check(["x", "w", "b"], within: Self.smoothly)
    }
}

import BranchyCompute
import TestSupport
import Testing

/// The gradients of the reference engine against central differences of its own results.
@Suite struct GradientTests {
    /// Multiples of 1/8 up to 2 and a step of 1/8: sums of products of these have few enough bits
    /// to be exact in single precision, and differences of piecewise linear functions are exact
    /// as long as no step crosses a kink. So there is nothing to tolerate.
    private static let exactly = Double(0)

    /// A step of h is wrong by h²/6 times the third derivative, and rounding a loss of size L to
    /// single precision adds L·2⁻²⁴/h. With h = 1/64, third derivatives below 1/8 and losses
    /// below 16 that is at most 7e-5.
    private static let smoothly = 1e-4

    @Test(arguments: [(1, 0), (1, 2), (2, 1), (3, 1)])
    func convolution(stride: Int, padding: Int) throws {
        let convolution = Program.Operation.Convolution(
            stride: Extent2D(stride), padding: Padding2D(padding))
        let program = try Program { program in
            let x = program.addInput("x", ValueType([2, 5, 4]))
            let w = program.addInput("w", ValueType([3, 2, 3, 3], isBatched: false))
            let b = program.addInput("b", ValueType([3], isBatched: false))
            program.beginSegment("only")
            let y = try program.apply(.convolution(convolution), x, w, b)
            let dy = program.addInput("dy", program.type(of: y))
            program.addOutput("y", y)
            let source = Program.Operation.Gradient.convolutionSource(
                convolution, source: [2, 5, 4])
            program.addOutput("x", try program.apply(.gradient(source), dy, w))
            let parameters = Program.Operation.Gradient.convolutionParameters(
                convolution, kernelSize: 3, hasBias: true)
            let gradients = try program.append(.gradient(parameters), [x, dy])
            program.addOutput("w", gradients[0])
            program.addOutput("b", gradients[1])
        }
        try CentralDifferences(of: program, feed: .dyadic(for: program), step: 1 / 8)
            .check(["x", "w", "b"], within: Self.exactly)
    }

    @Test func linear() throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([5]))
            let w = program.addInput("w", ValueType([3, 5], isBatched: false))
            let b = program.addInput("b", ValueType([3], isBatched: false))
            let dy = program.addInput("dy", ValueType([3]))
            program.beginSegment("only")
            program.addOutput("y", try program.apply(.linear(.init()), x, w, b))
            program.addOutput("x", try program.apply(.gradient(.linearSource(.init())), dy, w))
            let parameters = Program.Operation.gradient(.linearParameters(.init(), hasBias: true))
            let gradients = try program.append(parameters, [x, dy])
            program.addOutput("w", gradients[0])
            program.addOutput("b", gradients[1])
        }
        try CentralDifferences(of: program, feed: .dyadic(for: program), step: 1 / 8)
            .check(["x", "w", "b"], within: Self.exactly)
    }

    /// All elements differ by at least 1/2, so that a step of 1/8 never changes which is largest.
    static func checkMaxPooling(_ pooling: Program.Operation.Pooling) throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([2, 5, 6]))
            program.beginSegment("only")
            let results = try program.append(.maxPooling(pooling), [x])
            let dy = program.addInput("dy", program.type(of: results[0]))
            program.addOutput("y", results[0])
            let gradient = Program.Operation.Gradient.maxPooling(pooling, source: [2, 5, 6])
            program.addOutput("x", try program.apply(.gradient(gradient), results[1], dy))
        }
        var feed = Feed.dyadic(for: program)
        var generator = SeededGenerator(seed: 5)
        feed.inputs["x"] = Tensor(
            [2, 2, 5, 6], (-60..<60).map { Float($0) / 2 }.shuffled(using: &generator))
        try CentralDifferences(of: program, feed: feed, step: 1 / 8)
            .check(["x"], within: Self.exactly)
    }

    static func checkAveragePooling(_ pooling: Program.Operation.Pooling) throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([2, 5, 6]))
            program.beginSegment("only")
            let y = try program.apply(.averagePooling(pooling), x)
            let dy = program.addInput("dy", program.type(of: y))
            program.addOutput("y", y)
            let gradient = Program.Operation.Gradient.averagePooling(pooling, source: [2, 5, 6])
            program.addOutput("x", try program.apply(.gradient(gradient), dy))
        }
        try CentralDifferences(of: program, feed: .dyadic(for: program), step: 1 / 8)
            .check(["x"], within: Self.smoothly)
    }

    @Test(
        arguments: [(2, 2), (3, 1), (3, 2), (2, 3)],
        [Program.Operation.Pooling.Rounding.floor, .ceiling])
    func maxPooling(
        window: (kernelSize: Int, stride: Int), rounding: Program.Operation.Pooling.Rounding
    ) throws {
        let pooling = Program.Operation.Pooling(
            kernelSize: Extent2D(window.kernelSize), stride: Extent2D(window.stride),
            rounding: rounding, recordsSelection: true)
        try Self.checkMaxPooling(pooling)
    }

    /// Means of 1, 2, 3, 4, 6 and 9 elements; of those of 3 or 9 the quotients are rounded.
    @Test(
        arguments: [(2, 2), (3, 1), (3, 2), (2, 3)],
        [Program.Operation.Pooling.Rounding.floor, .ceiling])
    func averagePooling(
        window: (kernelSize: Int, stride: Int), rounding: Program.Operation.Pooling.Rounding
    ) throws {
        let pooling = Program.Operation.Pooling(
            kernelSize: Extent2D(window.kernelSize), stride: Extent2D(window.stride),
            rounding: rounding)
        try Self.checkAveragePooling(pooling)
    }

    @Test func globalAveragePooling() throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([3, 2, 4]))
            let dy = program.addInput("dy", ValueType([3]))
            program.beginSegment("only")
            program.addOutput("y", try program.apply(.globalAveragePooling(), x))
            let gradient = Program.Operation.Gradient.globalAveragePooling(source: [3, 2, 4])
            program.addOutput("x", try program.apply(.gradient(gradient), dy))
        }
        try CentralDifferences(of: program, feed: .dyadic(for: program), step: 1 / 8)
            .check(["x"], within: Self.exactly)
    }

    @Test(arguments: [(1, 2, 0), (2, 0, 3), (3, 1, 1)])
    func shortcut(stride: Int, before: Int, after: Int) throws {
        let shortcut = Program.Operation.Shortcut(
            stride: stride, channelsBefore: before, channelsAfter: after)
        let program = try Program { program in
            let x = program.addInput("x", ValueType([2, 5, 6]))
            program.beginSegment("only")
            let y = try program.apply(.shortcut(shortcut), x)
            let dy = program.addInput("dy", program.type(of: y))
            program.addOutput("y", y)
            let gradient = Program.Operation.Gradient.shortcut(shortcut, source: [2, 5, 6])
            program.addOutput("x", try program.apply(.gradient(gradient), dy))
        }
        try CentralDifferences(of: program, feed: .dyadic(for: program), step: 1 / 8)
            .check(["x"], within: Self.exactly)
    }

    /// All elements are at least 1/4 from the kink at 0.
    @Test func relu() throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([16]))
            let dy = program.addInput("dy", ValueType([16]))
            program.beginSegment("only")
            let y = try program.apply(.relu, x)
            program.addOutput("y", y)
            program.addOutput("x", try program.apply(.gradient(.relu), y, dy))
        }
        var feed = Feed.dyadic(for: program)
        feed.inputs["x"] = Tensor([2, 16], (-16..<16).map { Float($0) / 2 + 0.25 })
        try CentralDifferences(of: program, feed: feed, step: 1 / 8)
            .check(["x"], within: Self.exactly)
    }

    @Test func flatten() throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([3, 2, 2]))
            let dy = program.addInput("dy", ValueType([12]))
            program.beginSegment("only")
            program.addOutput("y", try program.apply(.flatten, x))
            let gradient = Program.Operation.Gradient.flatten(source: [3, 2, 2])
            program.addOutput("x", try program.apply(.gradient(gradient), dy))
        }
        try CentralDifferences(of: program, feed: .dyadic(for: program), step: 1 / 8)
            .check(["x"], within: Self.exactly)
    }

    @Test(arguments: [0, 0.25] as [Float])
    func softmaxCrossEntropy(labelSmoothing: Float) throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([5]))
            let targets = program.addInput("targets", ValueType([], element: .int32))
            let weights = program.addInput("weights", ValueType([]))
            program.beginSegment("only")
            let operands = [x, targets, weights]
            program.addOutput(
                "y",
                try program.append(.softmaxCrossEntropy(labelSmoothing: labelSmoothing), operands)[
                    0])
            program.addOutput(
                "x",
                try program.append(
                    .gradient(.softmaxCrossEntropy(labelSmoothing: labelSmoothing)), operands)[0])
        }
        var feed = Feed.dyadic(for: program)
        feed.inputs["dy"] = Tensor([], [1])
        feed.inputs["weights"] = Tensor([2], [0.25, 1])
        try CentralDifferences(of: program, feed: feed, step: 1 / 64)
            .check(["x"], within: Self.smoothly)
    }

    @Test(arguments: [1, 2] as [Float])
    func distillation(temperature: Float) throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([5]))
            let teacher = program.addInput("teacher", ValueType([5]))
            let weights = program.addInput("weights", ValueType([]))
            program.beginSegment("only")
            let operands = [x, teacher, weights]
            program.addOutput(
                "y", try program.append(.distillation(temperature: temperature), operands)[0])
            let gradient = Program.Operation.Gradient.distillation(temperature: temperature)
            program.addOutput("x", try program.append(.gradient(gradient), operands)[0])
        }
        var feed = Feed.dyadic(for: program)
        feed.inputs["dy"] = Tensor([], [1])
        feed.inputs["weights"] = Tensor([2], [0.25, 1])
        feed.inputs["teacher"] = Tensor(
            [2, 5], [0.5, 0.125, 0.125, 0.25, 0, 0, 0, 1, 0, 0])
        try CentralDifferences(of: program, feed: feed, step: 1 / 64)
            .check(["x"], within: Self.smoothly)
    }
}

import BranchyCompute
import TestSupport
import Testing

/// The gradients of normalizations in the reference engine against central differences.
@Suite struct NormalizationGradientTests {
    /// A step of h = 1/64 is wrong by h²/6 times the third derivative, which stays below 20 where
    /// variances are near 1; rounding adds L·2⁻²⁴/h, less than 1e-4 for losses L below 16.
    private static let smoothly = 1e-3

    /// Elements stay away from the channel's mean, so that no step crosses the kink of a relu.
    @Test(arguments: [nil, Program.Operation.Activation.relu])
    func batchNormalization(activation: Program.Operation.Activation?) throws {
        let normalization = Program.Operation.BatchNormalization(
            epsilon: 0.125, statistics: .batch, activation: activation)
        let channel = ValueType([3], isBatched: false)
        let program = try Program { program in
            let x = program.addInput("x", ValueType([3, 3, 4]))
            let (weight, bias) = (program.addInput("w", channel), program.addInput("b", channel))
            let dy = program.addInput("dy", ValueType([3, 3, 4]))
            program.beginSegment("only")
            let results = try program.append(
                .batchNormalization(normalization), [x, weight, bias])
            program.addOutput("y", results[0])
            let gradients = try program.append(
                .gradient(.batchNormalization(normalization)),
                [x, weight, results[1], results[2], dy] + results[3...])
            for (name, gradient) in zip(["x", "w", "b"], gradients) {
                program.addOutput(name, gradient)
            }
        }
        var feed = Feed(for: program, batchSize: 2)
        feed.inputs["x"]?.withMutableScalars { scalars in
            for index in scalars.indices { scalars[index] += index.isMultiple(of: 2) ? 1.5 : -1.5 }
        }
        feed.inputs["w"] = Tensor([3], [1, -0.75, 0.5])
        feed.inputs["b"] = Tensor([3], [0.125, -0.125, 0])
        try CentralDifferences(of: program, feed: feed, step: 1 / 64)
            .check(["x", "w", "b"], within: Self.smoothly)
    }

    @Test(arguments: [(1, 0.75), (3, 0.75), (5, 1)])
    func localResponseNormalization(size: Int, beta: Float) throws {
        let normalization = Program.Operation.LocalResponseNormalization(
            size: size, alpha: 0.5, beta: beta, k: 2)
        let program = try Program { program in
            let x = program.addInput("x", ValueType([6, 2, 3]))
            let dy = program.addInput("dy", ValueType([6, 2, 3]))
            program.beginSegment("only")
            program.addOutput(
                "y", try program.apply(.localResponseNormalization(normalization), x))
            let gradient = Program.Operation.Gradient.localResponseNormalization(normalization)
            program.addOutput("x", try program.apply(.gradient(gradient), x, dy))
        }
        try CentralDifferences(of: program, feed: .dyadic(for: program), step: 1 / 64)
            .check(["x"], within: Self.smoothly)
    }
}

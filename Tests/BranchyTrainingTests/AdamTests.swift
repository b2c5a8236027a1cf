import BranchyCompute
import BranchyTraining
import Testing

/// Expected numbers are those of PyTorch 2.13 on a CPU:
///
///     def run(cls, lr, betas, wd, eps):
///         p = torch.nn.Parameter(torch.tensor([0.5, -1.25, 2.0]))
///         o = cls([p], lr=lr, betas=betas, eps=eps, weight_decay=wd)
///         for t in range(5):
///             p.grad = torch.tensor([0.1 * (t + 1), -2.0 + t, 0.0 if t < 2 else 3e-3])
///             o.step()
///         print(p, o.state[p]["exp_avg"], o.state[p]["exp_avg_sq"])
///     run(torch.optim.Adam, 0.01, (0.9, 0.999), 0, 1e-8)      # plain
///     run(torch.optim.Adam, 0.001, (0.99, 0.999), 0, 1e-8)    # paper
///     run(torch.optim.Adam, 0.01, (0.9, 0.999), 0.1, 1e-8)    # added decay
///     run(torch.optim.AdamW, 0.01, (0.9, 0.999), 0.1, 1e-8)   # decoupled decay
///     run(torch.optim.Adam, 0.05, (0.8, 0.99), 0, 1e-3)       # large epsilon
struct AdamTests {
    struct Case: Sendable, CustomStringConvertible {
        let description: String
        let adam: Adam
        let learningRate: Double
        let parameter: [Float]
        let mean: [Float]
        let square: [Float]
    }

    static let cases = [
        Case(
            description: "plain", adam: Adam(), learningRate: 0.01,
            parameter: [0.451491714, -1.2219435, 1.97726345],
            mean: [0.131440997, 0.0858800113, 0.000813000021],
            square: [0.000549500342, 0.00998002756, 2.69730105e-08]),
        Case(
            description: "paper", adam: Adam(beta1: 0.99), learningRate: 0.001,
            parameter: [0.495294034, -1.24689901, 1.99792135],
            mean: [0.0148014938, 0.000985091203, 8.91029995e-05],
            square: [0.000549500342, 0.00998002756, 2.69730105e-08]),
        Case(
            description: "added decay", adam: Adam(weightDecay: 0.1), learningRate: 0.01,
            parameter: [0.450787872, -1.21977687, 1.94999969],
            mean: [0.151022658, 0.0354725569, 0.0818100944],
            square: [0.000702926482, 0.010069075, 0.000199203787]),
        Case(
            description: "decoupled decay", adam: Adam(weightDecay: 0.1, decouplesDecay: true),
            learningRate: 0.01, parameter: [0.449094355, -1.21579134, 1.96730423],
            mean: [0.131440997, 0.0858800113, 0.000813000021],
            square: [0.000549500342, 0.00998002756, 2.69730105e-08]),
        Case(
            description: "large epsilon", adam: Adam(beta1: 0.8, beta2: 0.99, epsilon: 1e-3),
            learningRate: 0.05, parameter: [0.250700831, -1.12740707, 1.91572392],
            mean: [0.231072009, 0.293760002, 0.00146400009],
            square: [0.00545026921, 0.098026827, 2.67308991e-07]),
    ]

    @Test(arguments: cases) func fiveStepsEndWherePyTorchDoes(_ expected: Case) {
        let found = steps(5, of: expected.adam, learningRate: expected.learningRate)
        // Five steps of a few roundings each, where terms of either sign leave results up to
        // 20 times smaller than the terms: 5 · 4 · 20 · 2⁻²⁴ relative is 2.4e-5 at the very most
        // for the mean. Squares do not cancel: 5 · 4 · 2⁻²⁴ is 1.2e-6.
        #expect(agree(found.parameter, expected.parameter, within: 1e-6))
        #expect(agree(found.mean, expected.mean, within: 1e-5))
        #expect(agree(found.square, expected.square, within: 1.2e-6))
    }

    /// By hand: after one step both corrections cancel the moments' factors, so the step is the
    /// learning rate against the gradient's sign.
    @Test func firstStepIsTheLearningRateAgainstTheSign() {
        let found = steps(1, of: Adam(), learningRate: 0.1)
        // The start is 0.5, -1.25, 2 and the gradient 0.1, -2, 0; a few roundings of numbers
        // around 1 are below 1e-6.
        #expect(agree(found.parameter, [0.4, -1.15, 2], within: 1e-6))
    }

    @Test func zeroGradientLeavesAParameterWithoutHistoryAsItIs() {
        let found = steps(2, of: Adam(), learningRate: 0.1)
        #expect(found.parameter[2] == 2)
        #expect(found.mean[2] == 0)
        #expect(found.square[2] == 0)
    }

    @Test func decoupledDecayLeavesTheMomentsAlone() {
        let plain = steps(5, of: Adam(), learningRate: 0.01)
        let decayed = steps(
            5, of: Adam(weightDecay: 0.1, decouplesDecay: true), learningRate: 0.01)
        #expect(decayed.mean == plain.mean)
        #expect(decayed.square == plain.square)
        #expect(decayed.parameter != plain.parameter)
    }

    private typealias Found = (parameter: [Float], mean: [Float], square: [Float])

    private func steps(_ count: Int, of adam: Adam, learningRate: Double) -> Found {
        var parameter: [Float] = [0.5, -1.25, 2]
        var (mean, square): ([Float], [Float]) = ([0, 0, 0], [0, 0, 0])
        for step in 1...count {
            let time = Float(step - 1)
            let gradient = [0.1 * (time + 1), -2 + time, step <= 2 ? 0 : 3e-3]
            var parameterSpan = parameter.mutableSpan
            var meanSpan = mean.mutableSpan
            var squareSpan = square.mutableSpan
            let isFinite = adam.update(
                &parameterSpan, along: gradient.span, mean: &meanSpan, square: &squareSpan,
                at: .init(step: step, learningRate: learningRate))
            #expect(isFinite)
        }
        return (parameter, mean, square)
    }

    private func agree(_ found: [Float], _ expected: [Float], within tolerance: Float) -> Bool {
        zip(found, expected).allSatisfy { abs($0 - $1) <= tolerance * abs($1) }
    }
}

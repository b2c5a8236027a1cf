import BranchyTraining
import Testing

/// Expected numbers are those of PyTorch 2.13 on a CPU:
///
///     def run(lr, momentum, wd, nesterov):
///         p = torch.nn.Parameter(torch.tensor([0.5, -1.25, 2.0]))
///         o = torch.optim.SGD(
///             [p], lr=lr, momentum=momentum, weight_decay=wd, nesterov=nesterov)
///         for t in range(5):
///             p.grad = torch.tensor([0.1 * (t + 1), -2.0 + t, 0.0 if t < 2 else 3e-3])
///             o.step()
///         print(p, o.state[p]["momentum_buffer"])
///     run(0.1, 0.9, 0, False)       # momentum
///     run(0.1, 0.9, 0, True)        # Nesterov
///     run(0.01, 0.9, 0.1, False)    # decay
///     run(0.01, 0.9, 0.1, True)     # Nesterov with decay
struct SGDTests {
    struct Case: Sendable, CustomStringConvertible {
        let description: String
        let sgd: SGD
        let learningRate: Double
        let parameter: [Float]
        let velocity: [Float]
    }

    static let cases = [
        Case(
            description: "momentum", sgd: SGD(), learningRate: 0.1,
            parameter: [0.182969004, -0.477080017, 1.99831688],
            velocity: [1.31440997, 0.858800173, 0.00812999904]),
        Case(
            description: "Nesterov", sgd: SGD(isNesterov: true), learningRate: 0.1,
            parameter: [0.0646721274, -0.554372072, 1.99758518],
            velocity: [1.31440997, 0.858800173, 0.00812999904]),
        Case(
            description: "decay", sgd: SGD(weightDecay: 0.1), learningRate: 0.01,
            parameter: [0.461790919, -1.15673995, 1.97360563],
            velocity: [1.5152092, 0.369548082, 0.823707163]),
        Case(
            description: "Nesterov with decay", sgd: SGD(isNesterov: true, weightDecay: 0.1),
            learningRate: 0.01, parameter: [0.448206812, -1.16033578, 1.96623635],
            velocity: [1.5133028, 0.376948953, 0.822239459]),
    ]

    @Test(arguments: cases) func fiveStepsEndWherePyTorchDoes(_ expected: Case) {
        let found = steps(5, of: expected.sgd, learningRate: expected.learningRate)
        // Five steps of a few roundings each, where velocities cancel to a tenth of their terms:
        // 5 · 4 · 10 · 2⁻²⁴ relative is 1.2e-5 at the very most for the velocity.
        #expect(agree(found.parameter, expected.parameter, within: 2e-6))
        #expect(agree(found.velocity, expected.velocity, within: 5e-6))
    }

    /// By hand: 0.5 − 2·(1), then v = 0.5·1 + 3 = 3.5; plain 0.5 − 2 − 2·3.5, and after Nesterov
    /// 0.5 − 2·(1 + 0.5·1) − 2·(3 + 0.5·3.5). All of these are exact in binary.
    @Test(arguments: [(false, -8.5), (true, -12)] as [(Bool, Float)])
    func twoStepsByHand(isNesterov: Bool, expected: Float) {
        var (parameter, velocity): ([Float], [Float]) = ([0.5], [0])
        let gradients: [[Float]] = [[1], [3]]
        for (step, gradient) in gradients.enumerated() {
            var parameterSpan = parameter.mutableSpan
            var velocitySpan = velocity.mutableSpan
            _ = SGD(momentum: 0.5, isNesterov: isNesterov).update(
                &parameterSpan, along: gradient.span, velocity: &velocitySpan,
                at: .init(step: step + 1, learningRate: 2))
        }
        #expect(parameter == [expected])
        #expect(velocity == [3.5])
    }

    /// PyTorch keeps no velocity then: `run(0.1, 0, 0, False)`.
    @Test func withoutMomentumEachStepIsTheGradientTimesTheRate() {
        let found = steps(5, of: SGD(momentum: 0), learningRate: 0.1)
        #expect(agree(found.parameter, [0.349999994, -1.25, 1.99909985], within: 1e-6))
    }

    private func steps(
        _ count: Int, of sgd: SGD, learningRate: Double
    ) -> (parameter: [Float], velocity: [Float]) {
        var parameter: [Float] = [0.5, -1.25, 2]
        var velocity: [Float] = [0, 0, 0]
        for step in 1...count {
            let time = Float(step - 1)
            let gradient = [0.1 * (time + 1), -2 + time, step <= 2 ? 0 : 3e-3]
            var parameterSpan = parameter.mutableSpan
            var velocitySpan = velocity.mutableSpan
            let isFinite = sgd.update(
                &parameterSpan, along: gradient.span, velocity: &velocitySpan,
                at: .init(step: step, learningRate: learningRate))
            #expect(isFinite)
        }
        return (parameter, velocity)
    }

    private func agree(_ found: [Float], _ expected: [Float], within tolerance: Float) -> Bool {
        zip(found, expected).allSatisfy { abs($0 - $1) <= tolerance * abs($1) }
    }
}

import BranchyTraining
import Testing

struct AdamTests {
    /// By hand: after one step both corrections cancel the moments' factors, so the step is the
    /// learning rate against the gradient's sign.
    @Test func firstStepIsTheLearningRateAgainstTheSign() {
        var parameter: [Float] = [1, 1]
        var (mean, square): ([Float], [Float]) = ([0, 0], [0, 0])
        let gradient: [Float] = [0.5, -2]
        var parameterSpan = parameter.mutableSpan
        var meanSpan = mean.mutableSpan
        var squareSpan = square.mutableSpan
        Adam().update(
            &parameterSpan, along: gradient.span, mean: &meanSpan, square: &squareSpan,
            learningRate: 0.1, step: 1)
        #expect(abs(parameter[0] - 0.9) < 1e-6)
        #expect(abs(parameter[1] - 1.1) < 1e-6)
    }
}

import BranchyCompute
import BranchyTraining
import Testing

struct WeightAverageTests {
    /// By hand: after step 1 the decay is 2/11 at most, after step 8 a half, later 0.75 here.
    @Test(arguments: [
        (1, 1 - 2.0 / 11), (8, 0.5), (26, 0.25), (1000, 0.25),
    ]) func averageMovesByTheRestOfItsDecay(step: Int, share: Double) {
        var average = ParameterStore(["a": [0, 8], "b": [1]])
        let parameters = ParameterStore(["a": [1, 0], "b": [1]])
        WeightAverage(decay: 0.75).update(&average, towards: parameters, step: step)
        let found = average["a"]?.scalars ?? []
        // A rounding or two of numbers below 8.
        #expect(abs(Double(found[0]) - share) < 1e-7)
        #expect(abs(Double(found[1]) - 8 * (1 - share)) < 1e-6)
        #expect(average["b"]?.scalars == [1])
    }

    @Test func decayOfZeroFollowsTheParameters() {
        var average = ParameterStore(["a": [0, 8]])
        let parameters = ParameterStore(["a": [0.1, -3]])
        WeightAverage(decay: 0).update(&average, towards: parameters, step: 5)
        // 8 + (-3 - 8) is exact, and so is 0 + 0.1.
        #expect(average == parameters)
    }
}

import BranchyCompute
import BranchyTraining
import Testing

/// What holds for every optimizer.
struct OptimizerTests {
    static let optimizers: [Optimizer] = [.adam(Adam()), .sgd(SGD())]

    @Test(arguments: optimizers)
    func momentsAreZerosInTheParametersNamesOrderAndShapes(optimizer: Optimizer) {
        let moments = Moments(of: parameters, for: optimizer)
        let zeros = ParameterStore(["b.weight": [0, 0], "a.bias": [0]])
        #expect(moments.first == zeros)
        #expect(moments.second == (optimizer == .sgd(SGD()) ? ParameterStore() : zeros))
    }

    @Test(arguments: optimizers) func onlyTheNamedParameterChanges(optimizer: Optimizer) {
        let (found, moments, isFinite) = step(optimizer, gradient: [1, -1])
        #expect(isFinite)
        #expect(found["a.bias"] == parameters["a.bias"])
        #expect(moments.first["a.bias"]?.scalars == [0])
        #expect(found["b.weight"] != parameters["b.weight"])
        #expect(moments.first["b.weight"]?.scalars.contains(0) == false)
    }

    /// Nine numbers, so that each is met by vector instructions or by what they leave over.
    @Test(arguments: optimizers, [Float.infinity, -.infinity, .nan])
    func numberThatIsNotFiniteIsToldWhereverItStands(optimizer: Optimizer, number: Float) {
        for place in 0..<9 {
            var (parameters, gradient) = (ParameterStore(), [Float](repeating: 1, count: 9))
            parameters["weight"] = Tensor(repeating: 1, [9])
            gradient[place] = number
            var moments = Moments(of: parameters, for: optimizer)
            let isFinite = optimizer.update(
                "weight", of: &parameters, along: gradient.span, &moments,
                at: .init(step: 1, learningRate: 0.1))
            #expect(!isFinite)
        }
    }

    @Test(arguments: [
        Optimizer.adam(Adam(weightDecay: 0.5)),
        .adam(Adam(weightDecay: 0.5, decouplesDecay: true)), .sgd(SGD(weightDecay: 0.5)),
    ]) func decayPullsTowardsZeroUnlessItIsTakenAway(optimizer: Optimizer) {
        let decayed = step(optimizer, gradient: [0, 0]).parameters
        for (found, start) in zip(decayed["b.weight"]?.scalars ?? [], [1, -2] as [Float]) {
            #expect(abs(found) < abs(start))
        }
        let kept = step(optimizer.withoutWeightDecay, gradient: [0, 0]).parameters
        #expect(kept == parameters)
    }

    private let parameters = ParameterStore(["b.weight": [1, -2], "a.bias": [4]])

    private func step(
        _ optimizer: Optimizer, gradient: [Float]
    ) -> (parameters: ParameterStore, moments: Moments, isFinite: Bool) {
        var parameters = parameters
        var moments = Moments(of: parameters, for: optimizer)
        let isFinite = optimizer.update(
            "b.weight", of: &parameters, along: gradient.span, &moments,
            at: .init(step: 1, learningRate: 0.1))
        return (parameters, moments, isFinite)
    }
}

extension ParameterStore {
    /// Lists of numbers under names.
    init(_ lists: KeyValuePairs<String, [Float]>) {
        self.init()
        for (name, numbers) in lists { self[name] = Tensor(Shape([numbers.count]), numbers) }
    }
}

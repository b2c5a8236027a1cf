import BranchyNet
import Testing

/// The classes that `predict --top` and ``Classification/top(_:)`` tell.
struct ClassRankingTests {
    private func top(_ count: Int, of logits: [Float]) -> [ClassProbability] {
        var ranking = ClassRanking(count: count)
        var top = [ClassProbability(index: 9, probability: 9)]
        let observation = ExitObservation(logits: logits.span, exit: 0)
        ranking.rank(logits.span, seenBy: observation, into: &top)
        return top
    }

    /// e⁰ / (e⁰ + e⁻¹ + e⁰) = 0.4223.
    @Test(arguments: 1...4) func theFirstOfEqualsIsFirst(count: Int) {
        let found = top(count, of: [2, 1, 2])
        #expect(found.map(\.index) == Array([0, 2, 1].prefix(count)))
        #expect(abs((found.first?.probability ?? 0) - 0.4223) < 1e-4)
    }

    /// One class is found without sorting, and is the one that sorting puts first: the answer, with
    /// its probability bit for bit.
    @Test func theSurestIsTheAnswer() {
        var noise = SystemRandomNumberGenerator()
        for _ in 0..<100 {
            let logits = (0..<10).map { _ in Float(Int.random(in: -3...3, using: &noise)) / 3 }
            #expect(top(1, of: logits) == Array(top(10, of: logits).prefix(1)))
            let observation = ExitObservation(logits: logits.span, exit: 0)
            #expect(top(1, of: logits).first?.index == observation.predictedClass)
            #expect(top(1, of: logits).first?.probability == observation.maximumProbability)
        }
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity])
    func whatIsNotFiniteHasNoProbabilities(fault: Float) {
        let found = top(3, of: [1, fault, 2])
        #expect(found.count == 3)
        #expect(found.allSatisfy { $0.probability.isNaN })
    }
}

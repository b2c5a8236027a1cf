import BranchyNet
import Foundation
import TestSupport
import Testing

struct ExitObservationTests {
    @Test(arguments: [2, 3, 10, 1000])
    func certainLogitsHaveNoEntropyAtAll(classes: Int) {
        for sure in [0, classes / 2, classes - 1] {
            for (high, low) in [(Float(1e4), Float(0)), (0, -1e4), (1e4, -1e4), (3e38, -3e38)] {
                var logits = [Float](repeating: low, count: classes)
                logits[sure] = high
                let observation = observation(of: logits)
                #expect(observation.entropy == 0)
                #expect(observation.normalizedEntropy == 0)
                #expect(observation.maximumProbability == 1)
                #expect(observation.margin == 1)
                #expect(observation.predictedClass == sure)
            }
        }
    }

    /// 1e-6 is five units in the last place of the logarithm of a thousand.
    @Test(arguments: [2, 3, 10, 1000], [Float(0), -7, 1e4, -1e4])
    func equalLogitsHaveTheEntropyOfTheirNumber(classes: Int, logit: Float) {
        let observation = observation(of: [Float](repeating: logit, count: classes))
        #expect(abs(Double(observation.entropy) - log(Double(classes))) < 1e-6)
        #expect(observation.normalizedEntropy == 1)
        #expect(observation.maximumProbability == 1 / Float(classes))
        #expect(observation.margin == 0)
        #expect(observation.predictedClass == 0)
    }

    /// By hand: probabilities of 6, 3 and 1 tenths. Logarithms and exponentials of numbers around
    /// 1 are good to a few units of 2⁻²⁴ each.
    @Test func measuresByHand() {
        let observation = observation(of: [Float(log(3.0)), Float(log(6.0)), 0], exit: 2)
        #expect(observation.exit == 2 && observation.predictedClass == 1)
        let entropy = -(0.6 * log(0.6) + 0.3 * log(0.3) + 0.1 * log(0.1))
        #expect(abs(Double(observation.entropy) - entropy) < 5e-7)
        #expect(abs(Double(observation.normalizedEntropy) - entropy / log(3.0)) < 5e-7)
        #expect(abs(observation.maximumProbability - 0.6) < 5e-7)
        #expect(abs(observation.margin - 0.3) < 5e-7)
    }

    /// By hand: three quarters and one quarter.
    @Test func measuresTwoClassesByHand() {
        let logits = [0, Float(log(3.0))]
        for (logits, sure) in [(logits, 1), (logits.reversed(), 0)] {
            let observation = observation(of: logits)
            let entropy = -(0.75 * log(0.75) + 0.25 * log(0.25))
            #expect(abs(Double(observation.entropy) - entropy) < 5e-7)
            #expect(abs(observation.maximumProbability - 0.75) < 5e-7)
            #expect(abs(observation.margin - 0.5) < 5e-7)
            #expect(observation.predictedClass == sure)
        }
    }

    @Test(arguments: [2, 3, 10, 100], [Float(0.001), 1, 10, 100, 1e4])
    func equalsTheFormulaInDoublePrecision(classes: Int, spread: Float) {
        var generator = SeededGenerator(seed: UInt64(classes))
        // As many roundings of the sum as classes and a few more, each of a unit of 2⁻²³ at most,
        // in numbers that reach the largest entropy and the largest probability.
        let tolerance = Double(classes + 8) * 0x1p-23 * max(log(Double(classes)), 1)
        for _ in 0..<200 {
            let logits = (0..<classes).map { _ in
                Float.random(in: -spread...spread, using: &generator)
            }
            let observation = observation(of: logits)
            let expected = Probabilities(logits)
            #expect(abs(Double(observation.entropy) - expected.entropy) <= tolerance)
            #expect(abs(Double(observation.maximumProbability) - expected.largest) <= tolerance)
            #expect(abs(Double(observation.margin) - expected.margin) <= tolerance)
            #expect(logits[observation.predictedClass] == logits.max())
        }
    }

    @Test(arguments: [2, 3, 7, 10, 100], [Float(1e-6), 1e-4, 0.01, 1, 100, 1e4])
    func staysInItsRange(classes: Int, spread: Float) {
        var generator = SeededGenerator(seed: UInt64(classes))
        let largest = Float(log(Double(classes))).nextUp
        for _ in 0..<500 {
            let observation = observation(
                of: (0..<classes).map { _ in Float.random(in: -spread...spread, using: &generator) }
            )
            #expect(observation.entropy >= 0 && observation.entropy <= largest)
            #expect(observation.normalizedEntropy >= 0 && observation.normalizedEntropy <= 1)
            #expect(observation.maximumProbability > 0 && observation.maximumProbability <= 1)
            #expect(observation.margin >= 0 && observation.margin <= 1)
        }
    }

    /// The colder the surer: dividing logits by a smaller temperature lowers the entropy and raises
    /// the others, until nothing is left to gain.
    @Test func isMonotoneInTheTemperature() {
        let logits: [Float] = [0.5, -1, 2, 0.25, 1.75]
        let colder = (0...50).map { pow(1.3, Float($0 - 20)) }.map { factor in
            observation(of: logits.map { $0 * factor })
        }
        for (warm, cold) in zip(colder, colder.dropFirst()) where cold.entropy > 0 {
            #expect(cold.entropy < warm.entropy)
            #expect(cold.maximumProbability >= warm.maximumProbability)
            #expect(cold.margin >= warm.margin)
        }
        #expect(colder.last?.entropy == 0)
    }

    @Test func findsTheSecondLargestWhereverItIs() {
        for order in [[3, 2, 1], [3, 1, 2], [2, 3, 1], [1, 3, 2], [2, 1, 3], [1, 2, 3]] {
            let observation = observation(of: order.map { Float(log(Double($0))) })
            #expect(abs(observation.margin - 1 / 6) < 5e-7)
        }
        #expect(observation(of: [1, 0, 1]).margin == 0)
        #expect(observation(of: [1, 0, 1]).predictedClass == 0)
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity], 0..<4)
    func isNaNWhereALogitIsNotFinite(fault: Float, place: Int) {
        var logits: [Float] = [0, 50, 0, -3]
        logits[place] = fault
        let observation = observation(of: logits)
        #expect(observation.entropy.isNaN && observation.normalizedEntropy.isNaN)
        #expect(observation.maximumProbability.isNaN && observation.margin.isNaN)
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity])
    func isNaNWhereNoLogitIsFinite(fault: Float) {
        for classes in [2, 3, 10] {
            let observation = observation(of: [Float](repeating: fault, count: classes))
            #expect(observation.entropy.isNaN && observation.maximumProbability.isNaN)
            #expect((0..<classes).contains(observation.predictedClass))
        }
    }

    @Test(arguments: [0, 1])
    func trapsOnFewerThanTwoLogits(count: Int) async {
        await #expect(processExitsWith: .failure) { [count] in
            _ = ExitObservation(logits: [Float](repeating: 0, count: count).span, exit: 0)
        }
    }

    private func observation(of logits: [Float], exit: Int = 0) -> ExitObservation {
        ExitObservation(logits: logits.span, exit: exit)
    }
}

/// The softmax of logits and what is measured on it, in double precision.
private struct Probabilities {
    let entropy, largest, margin: Double

    init(_ logits: [Float]) {
        let maximum = Double(logits.max() ?? 0)
        let exponentials = logits.map { exp(Double($0) - maximum) }
        let sum = exponentials.reduce(0, +)
        let sorted = exponentials.map { $0 / sum }.sorted(by: >)
        entropy = sorted.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 }
        largest = sorted[0]
        margin = sorted[0] - sorted[1]
    }
}

import BranchyCompute
import TestSupport
import Testing

/// The derivatives of whole programs against central differences of their losses.
struct TransformsGradientTests {
    /// A step h and half of it, extrapolated, leave an error of the order h⁴, below 1e-7 here.
    private static let step: Float = 1 / 64

    /// Rounding is what remains. Losses below 16 that are off by one of the last places of a float,
    /// 2⁻²⁰, move a difference by that much over the smaller step, 2⁻⁷, and the extrapolation
    /// makes 5/3 of it: 2e-4. A wrong derivative is off by about as much as the derivatives are
    /// large, and these reach 0.01 everywhere.
    private static let tolerance = 2e-4

    /// Numbers with which no step crosses a kink, where a derivative would not exist.
    private static let seed: UInt64 = 14

    @Test(arguments: TrainingSample.all)
    func equalCentralDifferences(_ sample: TrainingSample) throws {
        let forward = try sample.forward()
        let feed = try sample.feed(seed: Self.seed)
        let gradients = try sample.gradients(feed)
        #expect(gradients.count == forward.parameters.count)
        for port in forward.parameters {
            let gradient = try #require(gradients[Program.gradientName(of: port.name)])
            #expect(gradient.shape == forward.type(of: port.value).shape)
            let largest = gradient.scalars.map(\.magnitude).max() ?? 0
            #expect(largest > 0.01)
            let measured = try differences(of: forward, by: port.name, feed)
            for (index, pair) in zip(gradient.scalars, measured).enumerated() {
                #expect(
                    abs(Double(pair.0) - pair.1) <= Self.tolerance,
                    "\(port.name)[\(index)] is \(pair.0), measured \(pair.1)")
            }
        }
    }

    /// How the sum of all losses changes with each number of a parameter.
    private func differences(
        of program: Program, by name: String, _ feed: Feed
    ) throws -> [Double] {
        let count = try #require(feed.parameters[name]).scalars.count
        return try (0..<count).map { index in
            func slope(_ step: Float) throws -> Double {
                let above = try loss(of: program, moving: name, index, by: step, feed)
                let below = try loss(of: program, moving: name, index, by: -step, feed)
                return (above - below) / Double(2 * step)
            }
            return (4 * (try slope(Self.step / 2)) - (try slope(Self.step))) / 3
        }
    }

    private func loss(
        of program: Program, moving name: String, _ index: Int, by distance: Float, _ feed: Feed
    ) throws -> Double {
        var feed = feed
        _ = feed.parameters.withMutableScalars(of: name) { $0[index] += distance }
        let outputs = try ReferenceEngine().outputs(
            of: program, batchSize: TrainingSample.batchSize, feed)
        return program.losses.reduce(0) { $0 + Double(outputs[$1]?.scalars[0] ?? .nan) }
    }
}

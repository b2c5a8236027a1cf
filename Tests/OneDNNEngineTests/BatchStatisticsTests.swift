#if OneDNN
import BranchyCompute
import OneDNNEngine
import TestSupport
import Testing

/// Sums over a batch do not lose digits as batches and images grow.
struct BatchStatisticsTests {
    /// At most 32 numbers are added up in 32 bits, which is off by 32·2⁻²⁴ = 2e-6 at the very worst
    /// and by a tenth of that as roundings fall; one result in 32 bits adds 6e-8.
    private static let tolerance = 1e-6

    /// With three channels a vector holds several pixels, and some pixels are left over.
    @Test(arguments: [(1, 17), (16, 4_097), (32, 65_537)], [0, 100] as [Float])
    func statisticsAndDerivativesKeepTheirDigits(
        size: (batch: Int, pixels: Int), mean: Float
    ) throws {
        try check(Sample(batch: size.batch, channels: 3, pixels: size.pixels, mean: mean))
    }

    @Test(.enabled(if: EngineSweep.isLong))
    func seventeenMillionNumbersKeepTheirDigits() throws {
        try check(Sample(batch: 256, channels: 1, pixels: 65_536, mean: 3))
    }

    /// The order of summation follows from the sizes alone.
    @Test(arguments: [1, 3, 16, 40])
    func threadsDoNotChangeABit(channels: Int) throws {
        let sample = Sample(batch: 16, channels: channels, pixels: 1_234, mean: 1)
        let one = try sample.outputs(of: OneDNNEngine(threads: 1))
        for threads in [2, 3, 4] {
            let several = try sample.outputs(of: OneDNNEngine(threads: threads))
            #expect(several == one)
        }
    }

    private func check(_ sample: Sample) throws {
        let outputs = try sample.outputs(of: OneDNNEngine(threads: 2))
        for (name, expected) in sample.expected {
            let actual = try #require(outputs[name]).scalars.map(Double.init)
            for (actual, expected) in zip(actual, expected) {
                let error = abs(actual - expected) / abs(expected)
                #expect(error <= Self.tolerance, "\(name) is \(actual), expected \(expected)")
            }
        }
    }
}

/// A batch normalization of many numbers, and what its sums are in 64 bits.
private struct Sample {
    let program: Program
    let feed: Feed
    let batch: Int
    let expected: [String: [Double]]

    init(batch: Int, channels: Int, pixels: Int, mean: Float) {
        self.batch = batch
        let normalization = Program.Operation.BatchNormalization(statistics: .batch)
        program = Program { program in
            let image = ValueType([channels, pixels, 1])
            let channel = ValueType([channels], isBatched: false)
            let x = program.addInput("x", image)
            let (w, b) = (program.addInput("w", channel), program.addInput("b", channel))
            let dy = program.addInput("dy", image)
            program.beginSegment("only")
            let operations: [(Program.Operation, ([Program.Value]) -> [Program.Value])] = [
                (.batchNormalization(normalization), { _ in [x, w, b] }),
                (
                    .gradient(.batchNormalization(normalization)),
                    { [x, w, $0[1], $0[2], dy] }
                ),
            ]
            var results: [Program.Value] = []
            for (operation, operands) in operations {
                // Shapes written down above fit.
                results += (try? program.append(operation, operands(results))) ?? []
            }
            for (name, index) in [("mean", 1), ("variance", 2), ("dw", 4), ("db", 5)] {
                program.addOutput(name, results[index])
            }
        }
        var generator = SeededGenerator(seed: 3)
        var (x, dy): ([Float], [Float]) = ([], [])
        for _ in 0..<batch * channels * pixels {
            let difference = Float.random(in: -1...1, using: &generator)
            x.append(mean + difference)
            // Sums that do not cancel: their size is then that of their terms.
            dy.append(difference + 0.25)
        }
        var feed = Feed()
        let shape: Shape = [batch, channels, pixels, 1]
        feed.inputs = [
            "x": Tensor(shape, x), "dy": Tensor(shape, dy),
            "w": Tensor(repeating: 1.5, [channels]), "b": Tensor(repeating: 0.5, [channels]),
        ]
        self.feed = feed
        expected = Self.sums(x, dy, batch, channels, pixels, Double(normalization.epsilon))
    }

    func outputs(of engine: some Engine) throws -> [String: Tensor] {
        try engine.outputs(of: program, batchSize: batch, feed)
    }

    private static func sums(
        _ x: [Float], _ dy: [Float], _ batch: Int, _ channels: Int, _ pixels: Int,
        _ epsilon: Double
    ) -> [String: [Double]] {
        var sums: [String: [Double]] = [:]
        for channel in 0..<channels {
            let count = Double(batch * pixels)
            var (mean, variance, byWeight, byBias) = (0.0, 0.0, 0.0, 0.0)
            let runs = (0..<batch).map { sample in
                let start = (sample * channels + channel) * pixels
                return start..<start + pixels
            }
            for run in runs { for index in run { mean += Double(x[index]) } }
            mean /= count
            for run in runs {
                for index in run {
                    let difference = Double(x[index]) - mean
                    variance += difference * difference
                    byWeight += Double(dy[index]) * difference
                    byBias += Double(dy[index])
                }
            }
            variance /= count
            byWeight /= (variance + epsilon).squareRoot()
            let values = [
                ("mean", mean), ("variance", variance), ("dw", byWeight), ("db", byBias),
            ]
            for (name, sum) in values { sums[name, default: []].append(sum) }
        }
        return sums
    }
}
#endif

import BranchyCompute

/// One local response normalization of a small image.
struct LocalResponseSample: Sendable {
    var shape: Shape = [5, 3, 4]
    // Large enough that the sums matter to numbers between -1 and 1.
    var normalization = Program.Operation.LocalResponseNormalization(
        size: 3, alpha: 0.5, beta: 0.75, k: 2)

    /// Forward and gradient.
    func cases(batchSize: Int = 2) -> (forward: ConformanceCase, gradient: ConformanceCase) {
        let (size, alpha, beta, k) = (
            normalization.size, normalization.alpha, normalization.beta, normalization.k
        )
        let name = "of \(shape), size \(size), α \(alpha), β \(beta), k \(k), batch \(batchSize)"
        let forward = ConformanceCase(
            "local response normalization \(name)", batchSize: batchSize
        ) { program in
            let x = program.addInput("x", ValueType(shape))
            program.beginSegment("only")
            program.addOutput(
                "y", try program.apply(.localResponseNormalization(normalization), x))
        }
        let gradient = ConformanceCase(
            "local response normalization gradient \(name)", batchSize: batchSize
        ) { program in
            let x = program.addInput("x", ValueType(shape))
            let dy = program.addInput("dy", ValueType(shape))
            program.beginSegment("only")
            let gradient = Program.Operation.Gradient.localResponseNormalization(normalization)
            program.addOutput("dx", try program.apply(.gradient(gradient), x, dy))
        }
        return (forward, gradient)
    }

    static var samples: [LocalResponseSample] {
        EngineConformance.channelCounts.map { LocalResponseSample(shape: [$0, 3, 4]) }
            + [1, 3, 5, 7].map {
                LocalResponseSample(
                    shape: [6, 2, 3], normalization: .init(size: $0, alpha: 1, beta: 0.5, k: 1))
            }
            // Kernels for full vectors of channels, and what is made of a rest.
            + [7, 9, 11, 13].flatMap { size in
                [16, 17, 24, 31, 33, 40, 48, 72].map {
                    LocalResponseSample(
                        shape: [$0, 2, 3],
                        normalization: .init(size: size, alpha: 0.5, beta: 0.75, k: 1))
                }
            }
            + [
                LocalResponseSample(shape: [17, 1, 1]),
                LocalResponseSample(normalization: .init(size: 3, alpha: 1, beta: 1, k: 1)),
                // AlexNet's.
                LocalResponseSample(
                    shape: [32, 16, 16],
                    normalization: .init(size: 3, alpha: 5e-5, beta: 0.75, k: 2)),
            ]
    }
}

extension EngineConformance {
    static let localResponseCases: [ConformanceCase] =
        [literalLocalResponse]
        + LocalResponseSample.samples.map { $0.cases().forward }
        + batchSizes.map { LocalResponseSample().cases(batchSize: $0).forward }

    static let localResponseGradientCases: [ConformanceCase] =
        [literalLocalResponseGradient]
        + LocalResponseSample.samples.map { $0.cases().gradient }
        + batchSizes.map { LocalResponseSample().cases(batchSize: $0).gradient }

    private static let plain = Program.Operation.LocalResponseNormalization(
        size: 3, alpha: 1, beta: 1, k: 1)

    /// Divisors of 1 + 1 + 4, 1 + 1 + 4 + 9 and 1 + 4 + 9: α is not divided by the size.
    private static let literalLocalResponse = ConformanceCase(
        "local response normalization by hand", numbers: ["x": [1, 2, 3]],
        expected: ["y": [1 / 6, 2 / 15, 3 / 14]]
    ) { program in
        let x = program.addInput("x", ValueType([3, 1, 1]))
        program.beginSegment("only")
        program.addOutput("y", try program.apply(.localResponseNormalization(plain), x))
    }

    /// By the divisors: −1/6, −2/15, −3/14. Then 1 − 2·(1/6 + 2/15), 1 − 4·(1/6 + 2/15 + 3/14) and
    /// 1 − 6·(2/15 + 3/14).
    private static let literalLocalResponseGradient = ConformanceCase(
        "local response normalization gradient by hand",
        numbers: ["x": [1, 2, 3], "dy": [6, 15, 14]],
        expected: ["dx": [0.4, -1.057_142_9, -1.085_714_3]]
    ) { program in
        let x = program.addInput("x", ValueType([3, 1, 1]))
        let dy = program.addInput("dy", ValueType([3, 1, 1]))
        program.beginSegment("only")
        program.addOutput(
            "dx", try program.apply(.gradient(.localResponseNormalization(plain)), x, dy))
    }
}

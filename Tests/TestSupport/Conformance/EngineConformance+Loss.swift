import BranchyCompute

extension EngineConformance {
    /// The softmax cross-entropy and its gradient.
    static let lossCases: [ConformanceCase] =
        [literalLoss, literalSmoothing]
        + [1, 2, 10, 33].map { loss("\($0) classes", classes: $0) }
        + batchSizes.map { loss("batch \($0)", batchSize: $0) }
        + [0.125, 0.5].map { loss("label smoothing \($0)", batchSize: 7, labelSmoothing: $0) }
        + [
            loss("weights of zero", batchSize: 7) { feed in
                feed.inputs["weights"] = Tensor([7], [1, 0, 0.5, 0, 0, 2, 0.25])
            },
            loss("all weights zero", batchSize: 2) { feed in
                feed.inputs["weights"] = Tensor(repeating: 0, [2])
            },
            // Exponentials of these overflow, and those of what lies below them are zero.
            loss("logits of 10000 and -10000", batchSize: 4, classes: 3) { feed in
                feed.inputs["logits"] = Tensor(
                    [4, 3],
                    [1e4, -1e4, 0, -1e4, -1e4, -1e4, 1e4, 1e4, -1e4, 9999, 1e4, 1])
                feed.targets["targets"] = [1, 2, 0, 0]
            },
        ]

    static func loss(
        _ name: String, batchSize: Int = 3, classes: Int = 10, labelSmoothing: Float = 0,
        adjust: @escaping @Sendable (inout Feed) -> Void = { _ in }
    ) -> ConformanceCase {
        ConformanceCase("softmax cross-entropy, \(name)", batchSize: batchSize, adjust: adjust) {
            try buildLoss(&$0, classes: classes, labelSmoothing: labelSmoothing)
        }
    }

    private static func buildLoss(
        _ program: inout Program, classes: Int, labelSmoothing: Float = 0
    ) throws {
        let logits = program.addInput("logits", ValueType([classes]))
        let targets = program.addInput("targets", ValueType([], element: .int32))
        let weights = program.addInput("weights", ValueType([]))
        program.beginSegment("only")
        let loss = Program.Operation.softmaxCrossEntropy(labelSmoothing: labelSmoothing)
        program.addOutput("loss", try program.apply(loss, logits, targets, weights))
        let gradient = Program.Operation.Gradient.softmaxCrossEntropy(
            labelSmoothing: labelSmoothing)
        program.addOutput(
            "gradient", try program.apply(.gradient(gradient), logits, targets, weights))
    }

    /// A teacher's probabilities at a temperature, and the gradient.
    static let distillationCases: [ConformanceCase] =
        [literalDistillation] + [2, 10, 33].map { distillation("\($0) classes", classes: $0) }
        + batchSizes.map { distillation("batch \($0)", batchSize: $0) }
        + [0.5, 1, 4].map { distillation("temperature \($0)", temperature: $0) }
        + [
            distillation("weights of zero", batchSize: 2) { feed in
                feed.inputs["weights"] = Tensor([2], [0, 1])
            }
        ]

    private static func distillation(
        _ name: String, batchSize: Int = 3, classes: Int = 10, temperature: Float = 2,
        adjust: @escaping @Sendable (inout Feed) -> Void = { _ in }
    ) -> ConformanceCase {
        ConformanceCase(
            "distillation, \(name)", batchSize: batchSize,
            adjust: { feed in
                // The uniform distribution but for a share that goes to the first class.
                let share = 1 / Float(2 * classes)
                let row = [0.5 + share] + Array(repeating: share, count: classes - 1)
                feed.inputs["teacher"] = Tensor(
                    [batchSize, classes], (0..<batchSize).flatMap { _ in row })
                adjust(&feed)
            }
        ) { try buildDistillation(&$0, classes: classes, temperature: temperature) }
    }

    private static func buildDistillation(
        _ program: inout Program, classes: Int, temperature: Float
    ) throws {
        let logits = program.addInput("logits", ValueType([classes]))
        let teacher = program.addInput("teacher", ValueType([classes]))
        let weights = program.addInput("weights", ValueType([]))
        program.beginSegment("only")
        let loss = Program.Operation.distillation(temperature: temperature)
        program.addOutput("loss", try program.apply(loss, logits, teacher, weights))
        let gradient = Program.Operation.Gradient.distillation(temperature: temperature)
        program.addOutput(
            "gradient", try program.apply(.gradient(gradient), logits, teacher, weights))
    }

    private static let literalDistillation = ConformanceCase(
        "distillation by hand", batchSize: 2,
        // At a temperature of 2, probabilities are 1/4 and 3/4, as 2 · log 3 = 2.1972246, and a half.
        numbers: [
            "logits": [0, 2.1972246, 5, 5], "teacher": [0.5, 0.5, 1, 0], "weights": [1, 3],
        ],
        // 4·(log 4 − log 3 / 2) + 3·4·log 2
        expected: ["loss": [11.665719], "gradient": [-0.5, 0.5, -3, 3]]
    ) { try buildDistillation(&$0, classes: 2, temperature: 2) }

    private static let literalLoss = ConformanceCase(
        "softmax cross-entropy by hand", batchSize: 3,
        // Probabilities are a half each; then 1/4 and 3/4, as log 3 = 1.0986123.
        numbers: ["logits": [5, 5, 0, 1.0986123, 0, 7], "weights": [1, 2, 0]],
        targets: ["targets": [0, 0, 1]],
        // log 2 + 2·log 4
        expected: ["loss": [3.465736], "gradient": [-0.5, 0.5, -1.5, 1.5, 0, 0]]
    ) { try buildLoss(&$0, classes: 2) }

    private static let literalSmoothing = ConformanceCase(
        "softmax cross-entropy with label smoothing by hand", batchSize: 2,
        numbers: ["logits": [5, 5, 0, 1.0986123], "weights": [1, 2]],
        targets: ["targets": [0, 0]],
        // A half of the target goes to both classes: 3/4 and 1/4 of it are left.
        // log 2 + 2·(3/4 · log 4 + 1/4 · log 4/3)
        expected: ["loss": [2.9164298], "gradient": [-0.25, 0.25, -1, 1]]
    ) { try buildLoss(&$0, classes: 2, labelSmoothing: 0.5) }
}

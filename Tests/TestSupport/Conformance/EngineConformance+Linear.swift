import BranchyCompute

/// One fully connected layer.
struct LinearSample: Sendable {
    var inputs = 17
    var outputs = 10
    var hasBias = true
    var activation: Program.Operation.Activation?

    var name: String {
        "\(inputs) to \(outputs)\(hasBias ? ", bias" : "")"
            + (activation.map { ", " + $0.name } ?? "")
    }

    func conformanceCase(batchSize: Int = 2) -> ConformanceCase {
        ConformanceCase("linear \(name), batch \(batchSize)", batchSize: batchSize) { program in
            let x = program.addInput("x", ValueType([inputs]))
            var operands = [x, program.addParameter("w", [outputs, inputs])]
            if hasBias { operands.append(program.addParameter("b", [outputs])) }
            program.beginSegment("only")
            let linear = Program.Operation.Linear(activation: activation)
            program.addOutput("y", try program.append(.linear(linear), operands)[0])
        }
    }

    /// Odd sizes, and sizes on both sides of a vector's width.
    static let samples = [(1, 1), (3, 5), (7, 10), (16, 16), (17, 33), (33, 1), (84, 10), (130, 3)]
        .flatMap { inputs, outputs in
            [
                LinearSample(inputs: inputs, outputs: outputs),
                LinearSample(inputs: inputs, outputs: outputs, hasBias: false, activation: .relu),
                LinearSample(inputs: inputs, outputs: outputs, activation: .relu),
            ]
        }
}

extension EngineConformance {
    static let linearCases: [ConformanceCase] =
        [literalLinear] + LinearSample.samples.map { $0.conformanceCase() }
        + batchSizes.map { LinearSample().conformanceCase(batchSize: $0) }

    private static let literalLinear = ConformanceCase(
        "linear by hand", batchSize: 2,
        numbers: [
            "x": [1, 2, 3, -1, 0, 1],
            "w": [1, 10, 100, -1, -1, -1],
            "b": [0.5, 0.25],
        ],
        expected: ["y": [321.5, -5.75, 99.5, 0.25]]
    ) { program in
        let x = program.addInput("x", ValueType([3]))
        let (w, b) = (program.addParameter("w", [2, 3]), program.addParameter("b", [2]))
        program.beginSegment("only")
        program.addOutput("y", try program.apply(.linear(.init()), x, w, b))
    }
}

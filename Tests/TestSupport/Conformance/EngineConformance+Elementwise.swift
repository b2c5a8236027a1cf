import BranchyCompute

extension EngineConformance {
    static let elementwiseCases: [ConformanceCase] =
        [literalRelu]
        + [Shape([1]), [17], [5, 3, 3], [16, 2, 2]].flatMap { shape in
            [
                elementwise("relu", shape, operands: 1) { try $0.apply(.relu, $1[0]) },
                elementwise("add", shape, operands: 2) { try $0.apply(.add, $1[0], $1[1]) },
                elementwise("add to itself", shape, operands: 1) {
                    try $0.apply(.add, $1[0], $1[0])
                },
            ]
        }
        + channelCounts.map { channels in
            elementwise("flatten", [channels, 3, 2], operands: 1) { try $0.apply(.flatten, $1[0]) }
        }
        + batchSizes.map { batchSize in
            elementwise("add", [5, 2, 3], operands: 2, batchSize: batchSize) {
                try $0.apply(.add, $1[0], $1[1])
            }
        }

    static let dropoutCases: [ConformanceCase] =
        batchSizes.map { batchSize in
            elementwise("dropout", [5, 3, 3], operands: 2, batchSize: batchSize) {
                try $0.apply(.dropout, $1[0], $1[1])
            }
        } + [
            ConformanceCase(
                "dropout by hand",
                numbers: ["x": [1, 2, 3, -4], "mask": [0, 2, 0, 2]],
                expected: ["y": [0, 4, 0, -8]]
            ) { program in
                let x = program.addInput("x", ValueType([4]))
                let mask = program.addInput("mask", ValueType([4]))
                program.beginSegment("only")
                program.addOutput("y", try program.apply(.dropout, x, mask))
            }
        ]

    private static func elementwise(
        _ name: String, _ shape: Shape, operands: Int, batchSize: Int = 2,
        _ apply: @escaping @Sendable (inout Program, [Program.Value]) throws -> Program.Value
    ) -> ConformanceCase {
        ConformanceCase("\(name) of \(shape), batch \(batchSize)", batchSize: batchSize) {
            program in
            let values = (0..<operands).map { program.addInput("x\($0)", ValueType(shape)) }
            program.beginSegment("only")
            program.addOutput("y", try apply(&program, values))
        }
    }

    private static let literalRelu = ConformanceCase(
        "relu by hand, zero and minus zero included",
        numbers: ["x": [1.5, -1.5, 0, -0.0, 1e-30, -1e-30]],
        expected: ["y": [1.5, 0, 0, 0, 1e-30, 0]]
    ) { program in
        let x = program.addInput("x", ValueType([6]))
        program.beginSegment("only")
        program.addOutput("y", try program.apply(.relu, x))
    }
}

import BranchyCompute
import TestSupport
import Testing

struct TransformsBatchNormalizationTests {
    /// Deviations of √(3 + 1) and √(15 + 1), so scales of 3 and -1/2.
    @Test func foldsByHand() throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([1, 1, 1]))
            program.beginSegment("only")
            let maps = try program.convolve(x, "conv", filters: 2, kernelSize: 1)
            program.addOutput("y", try program.normalize(maps, "bn", .given, epsilon: 1))
        }
        let feed = Feed(
            for: program, batchSize: 1,
            numbers: [
                "conv.weight": [2, 4], "conv.bias": [1, 3], "bn.weight": [6, -2],
                "bn.bias": [0.5, 0], "bn.mean": [2, -1], "bn.variance": [3, 15],
            ])
        let folded = try program.foldingBatchNormalization(with: feed.parameters)
        #expect(folded.program.parameters.map(\.name) == ["conv.weight", "conv.bias"])
        #expect(folded.parameters["conv.weight"]?.scalars == [6, -2])
        #expect(folded.parameters["conv.bias"]?.scalars == [-2.5, -2])
        #expect(operations(of: folded.program) == ["convolution"])
    }

    @Test(arguments: [false, true], [nil, Program.Operation.Activation.relu])
    func foldsIntoTheConvolutionBefore(
        hasBias: Bool, activation: Program.Operation.Activation?
    ) throws {
        let program = try program(hasBias: hasBias) { program, maps in
            let normalized = try program.normalize(maps, "bn", .given, activation: activation)
            program.addOutput("y", normalized)
            program.addOutput("features", try program.apply(.flatten, normalized))
        }
        let folded = try check(program)
        #expect(
            operations(of: folded)
                == [activation == nil ? "convolution" : "convolution + relu", "flatten"])
        #expect(
            folded.parameters.map(\.name)
                == (hasBias ? ["conv.weight", "conv.bias"] : ["conv.weight", "bn.bias"]))
    }

    @Test func foldsSeveralInARowAndInSegments() throws {
        let program = try program { program, maps in
            let once = try program.normalize(maps, "bn1", .given)
            let twice = try program.normalize(once, "bn2", .given, activation: .relu)
            program.beginSegment("later")
            let deeper = try program.convolve(twice, "deeper", filters: 3, kernelSize: 2)
            program.addOutput("y", try program.normalize(deeper, "bn3", .given))
        }
        let folded = try check(program)
        #expect(operations(of: folded) == ["convolution + relu", "convolution"])
        #expect(folded.segments.map(\.name) == ["only", "later"])
    }

    /// What something else reads has to stay as it is.
    @Test func keepsWhatIsReadElsewhere() throws {
        let programs = [
            try program { program, maps in
                let normalized = try program.normalize(maps, "bn", .given)
                program.addOutput("y", try program.apply(.add, normalized, maps))
            },
            try program { program, maps in
                program.addOutput("maps", maps)
                program.addOutput("y", try program.normalize(maps, "bn", .given))
            },
            try program { program, maps in
                program.beginSegment("later")
                program.addOutput("y", try program.normalize(maps, "bn", .given))
            },
            try program { program, maps in
                let positive = try program.apply(.relu, maps)
                program.addOutput("y", try program.normalize(positive, "bn", .given))
            },
        ]
        for program in programs {
            let parameters = feed(for: program).parameters
            let folded = try program.foldingBatchNormalization(with: parameters)
            #expect(folded.program == program)
            #expect(folded.parameters == parameters)
        }
    }

    @Test func keepsConvolutionsThatShareTheirWeights() throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([3, 5, 5]))
            let weight = program.addParameter("w", [3, 3, 1, 1])
            program.beginSegment("only")
            let maps = try program.apply(.convolution(.init()), x, weight)
            let normalized = try program.normalize(maps, "bn", .given)
            program.addOutput(
                "y", try program.apply(.convolution(.init()), normalized, weight))
        }
        let folded = try program.foldingBatchNormalization(with: feed(for: program).parameters)
        #expect(folded.program == program)
    }

    @Test func keepsStatisticsOfTheBatch() throws {
        let program = try program { program, maps in
            program.addOutput("y", try program.normalize(maps, "bn", .batch))
        }
        let folded = try program.foldingBatchNormalization(with: feed(for: program).parameters)
        #expect(folded.program == program)
    }

    @Test(arguments: ["conv.weight", "conv.bias", "bn.weight", "bn.bias", "bn.mean", "bn.variance"])
    func refusesParametersThatAreMissing(name: String) throws {
        let program = try program { program, maps in
            program.addOutput("y", try program.normalize(maps, "bn", .given))
        }
        var parameters = feed(for: program).parameters
        for wrong in [nil, Tensor(repeating: 1, [7])] {
            parameters[name] = wrong
            let failure = #expect(throws: EngineError.self) {
                try program.foldingBatchNormalization(with: parameters)
            }
            #expect(failure?.code == .invalidParameter)
            #expect(failure?.message.contains("'\(name)'") == true)
        }
    }

    private func program(
        hasBias: Bool = true, _ rest: (inout Program, Program.Value) throws -> Void
    ) throws -> Program {
        try Program { program in
            let x = program.addInput("x", ValueType([3, 5, 6]))
            let weight = program.addParameter("conv.weight", [4, 3, 3, 3])
            let bias = hasBias ? [program.addParameter("conv.bias", [4])] : []
            program.beginSegment("only")
            let convolution = Program.Operation.convolution(.init(stride: 2, padding: 1))
            try rest(&program, try program.append(convolution, [x, weight] + bias)[0])
        }
    }

    private func feed(for program: Program) -> Feed {
        var feed = Feed(for: program, batchSize: 2)
        feed.makeVariancesPositive()
        return feed
    }

    /// Folds, and requires the same outputs within what single precision leaves of the sums.
    private func check(_ program: Program) throws -> Program {
        let feed = feed(for: program)
        let folded = try program.foldingBatchNormalization(with: feed.parameters)
        var foldedFeed = feed
        foldedFeed.parameters = folded.parameters
        let outputs = try ReferenceEngine().outputs(of: folded.program, batchSize: 2, foldedFeed)
        try Agreement(reference: program, batchSize: 2, feed).require(outputs)
        return folded.program
    }

    private func operations(of program: Program) -> [String] {
        program.segments.flatMap(\.instructions).map(\.operation.description)
    }
}

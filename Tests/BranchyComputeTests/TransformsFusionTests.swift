import BranchyCompute
import TestSupport
import Testing

struct TransformsFusionTests {
    /// A layer that a ReLU follows.
    enum Producer: String, CaseIterable {
        case convolution, linear, maxPooling, batchNormalization
    }

    @Test(arguments: Producer.allCases)
    func appliesTheActivationInTheLayerBefore(_ producer: Producer) throws {
        let program = try program(producer) { program, source in
            program.addOutput("y", try program.apply(.relu, source))
        }
        let fused = program.fusingActivations()
        let instructions = fused.segments[0].instructions
        #expect(instructions.count == 1)
        #expect(instructions[0].operation.description.hasSuffix(" + relu"))
        #expect(instructions[0].operands == program.segments[0].instructions[0].operands)
        try expectEqualBits(fused, program)
    }

    @Test(arguments: Producer.allCases)
    func keepsAValueThatIsReadElsewhere(_ producer: Producer) throws {
        let program = try program(producer) { program, source in
            let positive = try program.apply(.relu, source)
            program.addOutput("y", try program.apply(.add, source, positive))
        }
        #expect(program.fusingActivations() == program)
    }

    @Test(arguments: Producer.allCases)
    func keepsAValueThatALaterSegmentReads(_ producer: Producer) throws {
        let program = try program(producer) { program, source in
            program.addOutput("y", try program.apply(.relu, source))
            program.beginSegment("later")
            program.addOutput("z", try program.apply(.add, source, source))
        }
        #expect(program.fusingActivations() == program)
    }

    @Test(arguments: Producer.allCases)
    func keepsAValueThatIsAnOutput(_ producer: Producer) throws {
        let program = try program(producer) { program, source in
            program.addOutput("before", source)
            program.addOutput("y", try program.apply(.relu, source))
        }
        #expect(program.fusingActivations() == program)
    }

    /// The segment with the ReLU may be left out, or the other one run without it.
    @Test(arguments: Producer.allCases)
    func doesNotFuseAcrossSegments(_ producer: Producer) throws {
        let program = try program(producer) { program, source in
            program.beginSegment("later")
            program.addOutput("y", try program.apply(.relu, source))
        }
        #expect(program.fusingActivations() == program)
    }

    /// One ReLU is applied by the layer; the second one changes nothing, and stays.
    @Test(arguments: Producer.allCases)
    func fusesTheFirstOfTwo(_ producer: Producer) throws {
        let program = try program(producer) { program, source in
            let once = try program.apply(.relu, source)
            program.addOutput("y", try program.apply(.relu, once))
        }
        let fused = program.fusingActivations()
        #expect(fused.segments[0].instructions.count == 2)
        #expect(fused.segments[0].instructions[1].operation == .relu)
        try expectEqualBits(fused, program)
    }

    @Test func keepsAReLUOfAnInputOrOfASum() throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([4]))
            program.beginSegment("only")
            let positive = try program.apply(.relu, x)
            let sum = try program.apply(.add, x, positive)
            program.addOutput("y", try program.apply(.relu, sum))
        }
        #expect(program.fusingActivations() == program)
    }

    /// The gradient of pooling needs the selection beside the result, as training has it.
    @Test func keepsAPoolingThatRecordsItsSelection() throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([2, 4, 4]))
            program.beginSegment("only")
            let pooling = Program.Operation.Pooling(
                kernelSize: 2, stride: 2, recordsSelection: true)
            let pooled = try program.append(.maxPooling(pooling), [x])[0]
            program.addOutput("y", try program.apply(.relu, pooled))
        }
        #expect(program.fusingActivations() == program)
    }

    @Test func fusesThroughoutAChainOfSegments() throws {
        let program = try Program { program in
            var value = program.addInput("x", ValueType([2, 9, 9]))
            for name in ["a", "b"] {
                program.beginSegment(name)
                value = try program.convolve(value, name, filters: 3, kernelSize: 2)
                value = try program.apply(.relu, value)
                value = try program.apply(
                    .maxPooling(.init(kernelSize: 2, stride: 2, rounding: .ceiling)), value)
                value = try program.apply(.relu, value)
            }
            value = try program.classify(value, "fc", classes: 3)
            program.addOutput("y", try program.apply(.relu, value))
        }
        let fused = program.fusingActivations()
        let operations = fused.segments.map { $0.instructions.map(\.operation.description) }
        #expect(
            operations == [
                ["convolution + relu", "max pooling + relu"],
                ["convolution + relu", "max pooling + relu", "flatten", "linear + relu"],
            ])
        try expectEqualBits(fused, program)
    }

    /// Training records what the relu lets through, and its gradients are the same bit for bit.
    @Test func recordsWhatABatchNormalizationLetsThrough() throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([3, 5, 5]))
            let targets = program.addInput("targets", ValueType([], element: .int32))
            let weights = program.addInput("weights", ValueType([]))
            program.beginSegment("only")
            let maps = try program.convolve(x, "conv", filters: 4, kernelSize: 2, padding: 1)
            let normalized = try program.normalize(maps, "bn", .batch)
            let positive = try program.apply(.relu, normalized)
            let pooling = Program.Operation.Pooling(kernelSize: 2, stride: 2)
            let pooled = try program.apply(.relu, try program.apply(.maxPooling(pooling), positive))
            let logits = try program.classify(pooled, "fc", classes: 3)
            program.addOutput("y", positive)
            program.addOutput(
                "loss",
                try program.apply(
                    .softmaxCrossEntropy(labelSmoothing: 0), logits, targets, weights))
        }
        let fused = program.fusingActivationsIntoBatchNormalizations()
        #expect(
            fused.segments[0].instructions.map(\.operation.description) == [
                "convolution", "batch normalization + relu", "max pooling", "relu", "flatten",
                "linear", "softmax cross-entropy",
            ])
        #expect(fused.segments[0].instructions[1].results.count == 4)
        try expectEqualBits(
            fused.differentiated(losses: ["loss"]), program.differentiated(losses: ["loss"]))
    }

    /// Nobody keeps what the activation read: the answer is an error, and no wrong derivative.
    @Test(arguments: [Program.Operation.Activation.hardSwish, .silu, .gelu, .geluTanh])
    func refusesToDifferentiateWhatIsFused(activation: Program.Operation.Activation) throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([3, 5, 5]))
            let targets = program.addInput("targets", ValueType([], element: .int32))
            let weights = program.addInput("weights", ValueType([]))
            program.beginSegment("only")
            let maps = try program.convolve(x, "conv", filters: 4, kernelSize: 2)
            let curved = try program.apply(.activation(activation), maps)
            let logits = try program.classify(curved, "fc", classes: 3)
            program.addOutput(
                "loss",
                try program.apply(
                    .softmaxCrossEntropy(labelSmoothing: 0), logits, targets, weights))
        }
        _ = try program.differentiated(losses: ["loss"])
        let failure = #expect(throws: ShapeError.self) {
            try program.fusingActivations().differentiated(losses: ["loss"])
        }
        #expect(failure?.expected.contains("differentiate before activations are fused") == true)
        #expect(failure?.description.contains(activation.name) == true)
    }

    private func program(
        _ producer: Producer, _ rest: (inout Program, Program.Value) throws -> Void
    ) throws -> Program {
        try Program { program in
            let x = program.addInput(
                "x", ValueType(producer == .linear ? [12] : [3, 5, 5]))
            program.beginSegment("only")
            let source =
                switch producer {
                case .convolution: try program.convolve(x, "layer", filters: 4, kernelSize: 2)
                case .linear: try program.classify(x, "layer", classes: 6)
                case .maxPooling:
                    try program.apply(
                        .maxPooling(.init(kernelSize: 2, stride: 2, rounding: .ceiling)), x)
                case .batchNormalization: try program.normalize(x, "layer", .given)
                }
            try rest(&program, source)
        }
    }

    private func expectEqualBits(
        _ fused: Program, _ program: Program, at location: SourceLocation = #_sourceLocation
    ) throws {
        var feed = Feed(for: program, batchSize: 3)
        feed.makeVariancesPositive()
        let expected = try ReferenceEngine().outputs(of: program, batchSize: 3, feed)
        let actual = try ReferenceEngine().outputs(of: fused, batchSize: 3, feed)
        #expect(actual == expected, sourceLocation: location)
        let scalars = try #require(expected["y"]).scalars
        #expect(scalars.contains(0) && scalars.contains { $0 > 0 }, sourceLocation: location)
    }
}

import BranchyCompute
import TestSupport
import Testing

struct TransformsHoistingTests {
    private static let pooling = Program.Operation.maxPooling(
        .init(kernelSize: 2, stride: 2, rounding: .ceiling))

    /// LeNet's first branch point: the branch and the rest both pool and rectify first.
    private let lenet = Result {
        try Program { program in
            let maps = try Self.backbone(&program)
            program.beginSegment("branch 0")
            let left = try program.apply(.relu, try program.apply(Self.pooling, maps))
            program.addOutput("exit 0", try program.classify(left, "branch", classes: 4))
            program.beginSegment("backbone 1")
            let right = try program.apply(.relu, try program.apply(Self.pooling, maps))
            program.addOutput("exit 1", try program.convolve(right, "b", filters: 4, kernelSize: 2))
        }
    }

    @Test func doesSharedLayersOnceInTheProducer() throws {
        let hoisted = try lenet.get().hoistingSharedLayers()
        #expect(
            operations(of: hoisted) == [
                ["convolution", "max pooling", "relu"], ["flatten", "linear"], ["convolution"],
            ])
        let shared = hoisted.segments[0].instructions[2].results[0]
        #expect(hoisted.segments[1].instructions[0].operands == [shared])
        #expect(hoisted.segments[2].instructions[0].operands[0] == shared)
    }

    @Test func computesTheSameBits() throws {
        let program = try lenet.get()
        try expectEqualBits(program.hoistingSharedLayers(), program)
        let fused = program.hoistingSharedLayers().fusingActivations()
        #expect(operations(of: fused)[0] == ["convolution", "max pooling + relu"])
        try expectEqualBits(fused, program)
    }

    @Test func keepsSegmentsPortsAndOrder() throws {
        let program = try lenet.get()
        let hoisted = program.hoistingSharedLayers()
        #expect(hoisted.segments.map(\.name) == program.segments.map(\.name))
        #expect(hoisted.inputs == program.inputs)
        #expect(hoisted.parameters == program.parameters)
        #expect(hoisted.outputs.map(\.name) == program.outputs.map(\.name))
        #expect(hoisted.hoistingSharedLayers() == hoisted)
    }

    /// What is shared ends where the two differ, in operation or in settings.
    @Test(arguments: [
        Program.Operation.Pooling(kernelSize: 3, stride: 2, rounding: .ceiling),
        .init(kernelSize: 2, stride: 1, rounding: .ceiling), .init(kernelSize: 2, stride: 2),
    ])
    func keepsPoolingsThatDiffer(_ other: Program.Operation.Pooling) throws {
        let program = try Program { program in
            let maps = try Self.backbone(&program)
            for (index, operation) in [Self.pooling, .maxPooling(other)].enumerated() {
                program.beginSegment("\(index)")
                program.addOutput("exit \(index)", try program.apply(operation, maps))
            }
        }
        #expect(program.hoistingSharedLayers() == program)
    }

    @Test func keepsLayersOfDifferentSources() throws {
        let program = try Program { program in
            let maps = try Self.backbone(&program)
            let others = try program.apply(.add, maps, maps)
            program.beginSegment("branch")
            program.addOutput("exit 0", try program.apply(.relu, maps))
            program.beginSegment("rest")
            program.addOutput("exit 1", try program.apply(.relu, others))
        }
        #expect(program.hoistingSharedLayers() == program)
    }

    /// Two convolutions of one source have parameters of their own; even tied ones stay, since
    /// what reads a parameter is never moved.
    @Test(arguments: [false, true])
    func keepsLayersWithParameters(areTied: Bool) throws {
        let program = try Program { program in
            let maps = try Self.backbone(&program)
            let weights = ["left", "right"].map { program.addParameter($0, [2, 3, 2, 2]) }
            for index in 0..<2 {
                program.beginSegment("\(index)")
                let weight = areTied ? weights[0] : weights[index]
                program.addOutput(
                    "exit \(index)", try program.apply(.convolution(.init()), maps, weight))
            }
        }
        #expect(program.hoistingSharedLayers() == program)
    }

    @Test func keepsSharedLayersBehindOthers() throws {
        let program = try Program { program in
            let maps = try Self.backbone(&program)
            program.beginSegment("branch")
            _ = try program.apply(.flatten, maps)
            program.addOutput("exit 0", try program.apply(.relu, maps))
            program.beginSegment("rest")
            program.addOutput("exit 1", try program.apply(.relu, maps))
        }
        #expect(program.hoistingSharedLayers() == program)
    }

    /// There is no segment to move it to: the caller writes inputs.
    @Test func keepsSharedLayersOfAnInput() throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([3]))
            for index in 0..<2 {
                program.beginSegment("\(index)")
                program.addOutput("exit \(index)", try program.apply(.relu, x))
            }
        }
        #expect(program.hoistingSharedLayers() == program)
    }

    @Test func renamesAnOutputThatWasShared() throws {
        let program = try Program { program in
            let maps = try Self.backbone(&program)
            for index in 0..<2 {
                program.beginSegment("\(index)")
                program.addOutput("exit \(index)", try program.apply(.relu, maps))
            }
        }
        let hoisted = program.hoistingSharedLayers()
        #expect(operations(of: hoisted) == [["convolution", "relu"], [], []])
        #expect(hoisted.outputs[0].value == hoisted.outputs[1].value)
        try expectEqualBits(hoisted, program)
    }

    /// Three branches at one place and a backbone that goes on alike: all four do it once.
    @Test func doesOnceWhatFourSegmentsBeginWith() throws {
        let program = try Program { program in
            let maps = try Self.backbone(&program)
            for index in 0..<4 {
                program.beginSegment("\(index)")
                let small = try program.apply(.relu, try program.apply(Self.pooling, maps))
                program.addOutput(
                    "exit \(index)", try program.classify(small, "\(index)", classes: 3))
            }
        }
        let hoisted = program.hoistingSharedLayers()
        #expect(
            operations(of: hoisted) == [
                ["convolution", "max pooling", "relu", "flatten"], ["linear"], ["linear"],
                ["linear"], ["linear"],
            ])
        try expectEqualBits(hoisted, program)
    }

    /// A branch point in each of three stages, each with shared layers of its own.
    @Test func hoistsAtEveryBranchPoint() throws {
        let program = try Program { program in
            var maps = try Self.backbone(&program)
            for stage in 0..<3 {
                program.beginSegment("branch \(stage)")
                let left = try program.apply(.relu, maps)
                program.addOutput(
                    "exit \(stage)", try program.classify(left, "branch\(stage)", classes: 3))
                program.beginSegment("backbone \(stage + 1)")
                maps = try program.convolve(
                    try program.apply(.relu, maps), "conv\(stage)", filters: 4, kernelSize: 2)
            }
            program.addOutput("exit 3", try program.classify(maps, "final", classes: 3))
        }
        let hoisted = program.hoistingSharedLayers()
        #expect(operations(of: hoisted).flatMap(\.self).count { $0 == "relu" } == 3)
        for stage in 0..<3 {
            #expect(hoisted.segments[2 * stage].instructions.last?.operation == .relu)
        }
        try expectEqualBits(hoisted, program)
    }

    /// `[2 5 5]` images to `[3 4 4]` maps.
    private static func backbone(_ program: inout Program) throws -> Program.Value {
        let x = program.addInput("x", ValueType([2, 5, 5]))
        program.beginSegment("backbone 0")
        return try program.convolve(x, "backbone", filters: 3, kernelSize: 4, padding: 1)
    }

    private func operations(of program: Program) -> [[String]] {
        program.segments.map { $0.instructions.map(\.operation.description) }
    }

    private func expectEqualBits(
        _ hoisted: Program, _ program: Program, at location: SourceLocation = #_sourceLocation
    ) throws {
        let feed = Feed(for: program, batchSize: 3)
        let expected = try ReferenceEngine().outputs(of: program, batchSize: 3, feed)
        let actual = try ReferenceEngine().outputs(of: hoisted, batchSize: 3, feed)
        #expect(actual == expected, sourceLocation: location)
    }
}

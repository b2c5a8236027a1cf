import BranchyCompute
import TestSupport
import Testing

/// What is rounded to bfloat16, and what keeps 32 bits.
struct TransformsBFloat16Tests {
    @Test(arguments: TrainingSample.all)
    func keepsWhatGoesInAndComesOut(_ sample: TrainingSample) throws {
        let forward = try sample.forward()
        let wide = try forward.differentiated(losses: forward.losses)
        let narrow = try wide.inBFloat16()
        #expect(narrow.segments.map(\.name) == wide.segments.map(\.name))
        for (before, after) in [(wide.inputs, narrow.inputs), (wide.outputs, narrow.outputs)] {
            #expect(before.map(\.name) == after.map(\.name))
            #expect(
                before.map { wide.type(of: $0.value) } == after.map { narrow.type(of: $0.value) })
        }
        let instructions = narrow.segments.flatMap(\.instructions).map(\.operation)
            .filter { $0 != .convert(to: .bfloat16) && $0 != .convert(to: .float32) }
        #expect(instructions == wide.segments.flatMap(\.instructions).map(\.operation))
    }

    @Test func multipliesInBFloat16ExceptForLogits() throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([1, 2, 2]))
            program.beginSegment("only")
            let maps = try program.convolve(x, "conv", filters: 2, kernelSize: 1)
            let hidden = try program.classify(maps, "hidden", classes: 3)
            program.addOutput("logits", try program.classify(hidden, "logits", classes: 2))
        }.inBFloat16()
        let steps = program.segments[0].instructions.map { instruction in
            "\(instruction.operation): "
                + instruction.operands.map { program.type(of: $0).element.rawValue }
                .joined(separator: " ")
        }
        #expect(
            steps == [
                "conversion to bfloat16: float32", "conversion to bfloat16: float32",
                "convolution: bfloat16 bfloat16 float32", "flatten: bfloat16",
                "conversion to bfloat16: float32", "linear: bfloat16 bfloat16 float32",
                "conversion to float32: bfloat16", "linear: float32 float32 float32",
            ])
    }

    /// The next segment may run without this one.
    @Test func convertsInEverySegmentThatReads() throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([2]))
            for name in ["first", "second"] {
                program.beginSegment(name)
                let sum = try program.apply(.add, x, x)
                program.addOutput(name, sum)
            }
        }.inBFloat16()
        let x = program.inputs[0].value
        for segment in program.segments {
            #expect(
                segment.instructions.map(\.operation) == [
                    .convert(to: .bfloat16), .add, .convert(to: .float32),
                ])
            #expect(segment.instructions[0].operands == [x])
        }
    }

    /// 8 bits of significand: between 1 and 2 the numbers are 1/128 apart.
    @Test func roundsToTheNearestAndTiesToEven() throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([6]))
            program.beginSegment("only")
            let narrow = try program.apply(.convert(to: .bfloat16), x)
            program.addOutput("y", try program.apply(.convert(to: .float32), narrow))
        }
        let (step, half) = (Float(1) / 128, Float(1) / 256)
        let outputs = try ReferenceEngine().outputs(
            of: program, batchSize: 1,
            inputs: [
                "x": Tensor(
                    [1, 6], [1, 1 + half, 1 + step + half, -1 - half, (1 + half).nextUp, 3.4e38])
            ])
        #expect(outputs["y"]?.scalars.prefix(5) == [1, 1, 1 + 2 * step, -1, 1 + step])
        #expect(outputs["y"]?.scalars[5] == .infinity)
    }

    @Test func weightAndSourceAreOfOneType() throws {
        let weight = ValueType([5, 4], isBatched: false)
        #expect(throws: ShapeError.self) {
            try Program.Operation.linear(.init()).resultTypes(
                for: [ValueType([4], element: .bfloat16), weight])
        }
        #expect(throws: ShapeError.self) {
            try Program.Operation.convert(to: .int32).resultTypes(for: [ValueType([4])])
        }
    }
}

import BranchyCompute
import TestSupport
import Testing

/// What the suite leaves to the engines, and what the helpers guarantee.
@Suite struct ReferenceEngineTests {
    private let engine = ReferenceEngine()

    @Test func convolvesWithBiasAndActivation() throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([1, 2, 3]))
            let (w, b) = (program.addParameter("w", [2, 1, 2, 2]), program.addParameter("b", [2]))
            program.beginSegment("only")
            let convolution = Program.Operation.Convolution(activation: .relu)
            program.addOutput("y", try program.apply(.convolution(convolution), x, w, b))
        }
        var parameters = ParameterStore()
        parameters["w"] = Tensor([2, 1, 2, 2], [1, 0, 0, -1, 0, 1, 1, 0])
        parameters["b"] = Tensor([2], [4.5, 0])
        let outputs = try engine.outputs(
            of: program, batchSize: 1, parameters: parameters,
            inputs: ["x": Tensor([1, 1, 2, 3], [1, 2, 3, 4, 5, 9])])
        // 1 − 5 + 4.5, 2 − 9 + 4.5; 2 + 4, 3 + 5.
        #expect(outputs == ["y": Tensor([1, 2, 1, 2], [0.5, 0, 6, 8])])
    }

    @Test func treatsNaNAsTheLargest() throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([1, 2, 4]))
            let dy = program.addInput("dy", ValueType([1, 1, 2]))
            program.beginSegment("only")
            let pooling = Program.Operation.Pooling(
                kernelSize: 2, stride: 2, recordsSelection: true)
            let results = try program.append(.maxPooling(pooling), [x])
            program.addOutput("y", results[0])
            let gradient = Program.Operation.Gradient.maxPooling(pooling, source: [1, 2, 4])
            program.addOutput("dx", try program.apply(.gradient(gradient), results[1], dy))
        }
        let outputs = try engine.outputs(
            of: program, batchSize: 1,
            inputs: [
                "x": Tensor([1, 1, 2, 4], [1, .nan, -.infinity, -.infinity, .infinity, 4, 1, -2]),
                "dy": Tensor([1, 1, 1, 2], [10, 20]),
            ])
        let y = try #require(outputs["y"]).scalars
        #expect(y[0].isNaN && y[1] == 1)
        #expect(outputs["dx"]?.scalars == [0, 10, 0, 0, 0, 0, 20, 0])
    }

    @Test func listsWhatItRuns() throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([4]))
            program.beginSegment("first")
            let y = try program.apply(.relu, x)
            program.beginSegment("second")
            _ = try program.apply(.add, x, y)
        }
        let executable = try engine.compile(program, batchSize: 3, parameters: ParameterStore())
        #expect(
            executable.implementations == [
                Implementation(segment: 0, operation: "relu", name: "loops"),
                Implementation(segment: 1, operation: "add", name: "loops"),
            ])
    }

    @Test func returnsOnlyOutputsOfSegmentsThatRan() throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([2]))
            program.addOutput("x", x)
            program.beginSegment("first")
            program.addOutput("first", try program.apply(.relu, x))
            program.beginSegment("second")
            program.addOutput("second", try program.apply(.add, x, x))
        }
        let outputs = try engine.outputs(
            of: program, batchSize: 1, inputs: ["x": Tensor([1, 2], [-1, 2])], segments: [1])
        #expect(
            outputs == ["x": Tensor([1, 2], [-1, 2]), "second": Tensor([1, 2], [-2, 4])])
    }

    @Test(arguments: [1 << 60, Int.max])
    func refusesBatchesWhoseSizeOverflows(batchSize: Int) throws {
        var program = Program()
        _ = program.addInput("x", ValueType([3, 5]))
        let error = #expect(throws: EngineError.self) {
            _ = try engine.compile(program, batchSize: batchSize, parameters: ParameterStore())
        }
        #expect(error?.code == .outOfMemory)
    }
}

import BranchyCompute
import TestSupport
import Testing

@Suite struct ProgramTests {
    /// LeNet's first stage with its branch.
    private let program = try? Program { program in
        let image = program.addInput("image", ValueType([1, 28, 28]))
        let weight = program.addParameter("conv1.weight", [5, 1, 5, 5])
        let bias = program.addParameter("conv1.bias", [5])
        program.beginSegment("backbone 0")
        let maps = try program.apply(
            .convolution(.init(padding: 3)), image, weight, bias)
        program.addOutput("maps", maps)
        program.beginSegment("branch 0")
        let pooling = Program.Operation.Pooling(kernelSize: 2, stride: 2, recordsSelection: true)
        try program.append(.maxPooling(pooling), [maps])
        let features = try program.apply(.flatten, maps)
        let fullyConnected = program.addParameter("fc.weight", [10, 4500])
        program.addOutput(
            "logits", try program.apply(.linear(.init()), features, fullyConnected))
    }

    @Test func numbersValuesInOrder() throws {
        let program = try #require(program)
        #expect(
            program.types.map(\.shape) == [
                [1, 28, 28], [5, 1, 5, 5], [5], [5, 30, 30], [5, 15, 15], [5, 15, 15], [4500],
                [10, 4500], [10],
            ])
        #expect(program.types[5].element == .selection)
        #expect(program.types.map(\.isBatched).filter { !$0 }.count == 3)
    }

    @Test func putsInstructionsIntoSegments() throws {
        let program = try #require(program)
        #expect(program.segments.map(\.name) == ["backbone 0", "branch 0"])
        #expect(program.segments.map(\.instructions.count) == [1, 3])
        let pooling = program.segments[1].instructions[0]
        #expect(pooling.operands.map(\.index) == [3])
        #expect(pooling.results.map(\.index) == [4, 5])
    }

    @Test func findsPortsByName() throws {
        let program = try #require(program)
        #expect(program.inputIndex(named: "image") == 0)
        #expect(program.outputIndex(named: "logits") == 1)
        #expect(program.inputIndex(named: "logits") == nil)
        #expect(program.parameters.map(\.name) == ["conv1.weight", "conv1.bias", "fc.weight"])
        #expect(program.type(of: program.outputs[1].value) == ValueType([10]))
    }

    @Test func staysAsItWasWhenAnInstructionIsRefused() throws {
        var program = Program()
        let x = program.addInput("x", ValueType([4]))
        program.beginSegment("only")
        let before = program
        #expect(throws: ShapeError.self) { try program.append(.add, [x]) }
        #expect(program == before)
    }

    @Test func trapsWithoutASegment() async {
        await #expect(processExitsWith: .failure) {
            var program = Program()
            let x = program.addInput("x", ValueType([4]))
            _ = try? program.append(.relu, [x])
        }
    }

    /// By hand: 30·30 pixels · 5 filters · 25 taps; and 10 · 4500.
    @Test func countsMultiplyAccumulates() throws {
        let program = try #require(program)
        #expect(program.multiplyAccumulates(inSegment: 0) == 112_500)
        #expect(program.multiplyAccumulates(inSegment: 1) == 45_000)
    }

    /// By hand: 3·3 results · 4 filters · (3 channels · 2·2 taps).
    @Test func countsTapsOfAllChannels() throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([3, 6, 6]))
            let w = program.addParameter("w", [4, 3, 2, 2])
            program.beginSegment("only")
            let y = try program.apply(.convolution(.init(stride: 2)), x, w)
            _ = try program.apply(.relu, y)
        }
        #expect(program.multiplyAccumulates(inSegment: 0) == 432)
    }

    @Test func countsNothingForALayerOfNoOutputs() throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([3]))
            let w = program.addParameter("w", [0, 3])
            program.beginSegment("only")
            _ = try program.apply(.linear(.init()), x, w)
        }
        #expect(program.multiplyAccumulates(inSegment: 0) == 0)
    }
}

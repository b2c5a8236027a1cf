import BranchyCompute
import TestSupport
import Testing

/// Programs with and without dropout that are otherwise the same.
struct TransformsDropoutTests {
    /// Where dropouts are, by the number of the layer that they follow; -1 is the image.
    struct Places: CustomTestStringConvertible {
        var afterLayers: [Int]
        var testDescription: String { "dropouts after layers \(afterLayers)" }
    }

    static let places = [[0], [1], [-1], [2], [0, 0], [-1, -1, 0, 1, 1, 2, 2]].map(
        Places.init(afterLayers:))

    @Test(arguments: places)
    func computesWhatTheProgramWithoutDropoutComputes(_ places: Places) throws {
        let feed = try feed(places)
        let dropped = try program(places).droppingDropout()
        #expect(try outputs(of: dropped, feed) == outputs(of: program(nil), feed))
    }

    /// Multiplying by 1 changes no bit.
    @Test(arguments: places)
    func computesWhatMasksOfOnesCompute(_ places: Places) throws {
        var feed = try feed(places)
        for name in feed.inputs.keys where name.hasPrefix("mask") {
            feed.inputs[name] = feed.inputs[name].map { Tensor(repeating: 1, $0.shape) }
        }
        let program = try program(places)
        #expect(try outputs(of: program.droppingDropout(), feed) == outputs(of: program, feed))
    }

    @Test(arguments: places)
    func leavesNoDropoutAndNoMask(_ places: Places) throws {
        let program = try program(places)
        let dropped = program.droppingDropout()
        #expect(program.inputs.count == 1 + places.afterLayers.count)
        #expect(dropped.inputs.map(\.name) == ["x"])
        #expect(dropped.outputs.map(\.name) == program.outputs.map(\.name))
        #expect(dropped.parameters == program.parameters)
        #expect(dropped.segments.map(\.name) == program.segments.map(\.name))
        let operations = dropped.segments.flatMap(\.instructions).map(\.operation)
        #expect(!operations.contains(.dropout))
        #expect(operations.count == 4)
    }

    @Test func dropsAMaskThatTwoDropoutsShare() throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([3]))
            let mask = program.addInput("mask", ValueType([3]))
            program.beginSegment("only")
            let once = try program.apply(.dropout, x, mask)
            let positive = try program.apply(.relu, once)
            program.addOutput("y", try program.apply(.dropout, positive, mask))
        }
        let dropped = program.droppingDropout()
        #expect(dropped.inputs.map(\.name) == ["x"])
        let outputs = try ReferenceEngine().outputs(
            of: dropped, batchSize: 1, inputs: ["x": Tensor([1, 3], [-1, 2, 0.5])])
        #expect(outputs["y"]?.scalars == [0, 2, 0.5])
    }

    @Test func leavesAProgramWithoutDropoutAsItIs() throws {
        let program = try program(nil)
        #expect(program.droppingDropout() == program)
    }

    private func feed(_ places: Places) throws -> Feed {
        Feed(for: try program(places), batchSize: 3)
    }

    private func outputs(of program: Program, _ feed: Feed) throws -> [String: Tensor] {
        try ReferenceEngine().outputs(of: program, batchSize: 3, feed)
    }

    /// Three layers in two segments; the first segment's result is read by the second and outside.
    private func program(_ places: Places?) throws -> Program {
        try Program { program in
            func drop(_ value: Program.Value, after layer: Int) throws -> Program.Value {
                var value = value
                for place in places?.afterLayers ?? [] where place == layer {
                    let mask = program.addInput(
                        "mask \(program.inputs.count)", program.type(of: value))
                    value = try program.apply(.dropout, value, mask)
                }
                return value
            }
            var value = program.addInput("x", ValueType([2, 4, 4]))
            program.beginSegment("first")
            value = try drop(value, after: -1)
            value = try program.convolve(value, "conv", filters: 3, kernelSize: 3)
            value = try drop(value, after: 0)
            program.addOutput("maps", value)
            program.beginSegment("second")
            value = try drop(try program.apply(.relu, value), after: 1)
            value = try drop(try program.classify(value, "fc", classes: 4), after: 2)
            program.addOutput("y", value)
        }
    }
}

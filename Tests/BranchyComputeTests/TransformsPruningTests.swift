import BranchyCompute
import TestSupport
import Testing

struct TransformsPruningTests {
    /// Two ways on from one value, as a branch and the next piece of backbone.
    private static func program() throws -> Program {
        try Program { program in
            let x = program.addInput("x", ValueType([4]))
            program.beginSegment("shared")
            let shared = try program.apply(.relu, program.classify(x, "shared", classes: 4))
            program.beginSegment("early")
            let mask = program.addInput("mask", ValueType([4]))
            let kept = try program.apply(.dropout, shared, mask)
            program.addOutput("early", try program.classify(kept, "early", classes: 3))
            program.beginSegment("late")
            program.addOutput("late", try program.classify(shared, "late", classes: 3))
        }
    }

    @Test func whatNobodyWantsGoesAndSegmentsStay() throws {
        let program = try Self.program()
        let late = program.pruned(toOutputs: ["late"])
        #expect(late.segments.map(\.name) == ["shared", "early", "late"])
        #expect(late.segments[1].instructions.isEmpty)
        #expect(late.inputs.map(\.name) == ["x"])
        #expect(late.outputs.map(\.name) == ["late"])
        #expect(
            late.parameters.map(\.name)
                == program.parameters.map(\.name).filter { !$0.hasPrefix("early") })
    }

    @Test func whatIsWantedIsComputedAsBefore() throws {
        let program = try Self.program()
        let feed = Feed(for: program, batchSize: 2)
        let whole = try ReferenceEngine().outputs(of: program, batchSize: 2, feed)
        for name in ["early", "late"] {
            let part = try ReferenceEngine().outputs(
                of: program.pruned(toOutputs: [name]), batchSize: 2, feed)
            #expect(part == whole.filter { $0.key == name })
        }
        #expect(program.pruned(toOutputs: ["early", "late"]) == program)
    }
}

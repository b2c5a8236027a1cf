import BranchyCompute
import TestSupport
import Testing

/// The conformance suite is worth what it notices.
@Suite struct AgreementTests {
    private let program = Result {
        try Program { program in
            let x = program.addInput("x", ValueType([4]))
            let w = program.addParameter("w", [2, 4])
            program.beginSegment("only")
            program.addOutput("y", try program.apply(.linear(.init()), x, w))
            program.addOutput("positive", try program.apply(.relu, x))
        }
    }

    private func agreement() throws -> (Agreement, [String: Tensor]) {
        let program = try program.get()
        let feed = Feed(for: program, batchSize: 2)
        let agreement = try Agreement(reference: program, batchSize: 2, feed)
        return (agreement, agreement.expected)
    }

    /// Five terms of at most 1, four products and no bias.
    @Test func toleratesRoundingOfTheTermsThereAre() throws {
        let tolerance = try #require(try agreement().0.tolerances["y"])
        #expect(tolerance > 0 && tolerance <= 5 * 4 * .ulpOfOne)
    }

    @Test func noticesAWrongNumber() throws {
        let (agreement, expected) = try agreement()
        try agreement.require(expected)
        for wrong in [Float(0.001), .nan, .infinity] {
            var actual = expected
            actual["y"]?.withMutableScalars { $0[3] += wrong }
            let mismatch = #expect(throws: Mismatch.self) { try agreement.require(actual) }
            #expect(mismatch?.description.contains("output 'y' of shape 2x2") == true)
        }
    }

    @Test func noticesAMissingOrMisshapenOutput() throws {
        let (agreement, expected) = try agreement()
        var actual = expected
        actual["y"] = Tensor([4], expected["y"]?.scalars ?? [])
        #expect(throws: Mismatch.self) { try agreement.require(actual) }
        actual["y"] = nil
        #expect(throws: Mismatch.self) { try agreement.require(actual) }
    }

    @Test(arguments: [
        (FaultyEngine.Fault.forgetsActivations, "linear 3 to 5, relu, batch 2"),
        (.forgetsActivations, "a residual block"),
        (.multipliesInsteadOfAdding, "add of 17, batch 2"),
        (.losesBiases, "linear by hand"),
        (.inventsParameters, "a missing parameter is refused"),
        (.runsEachSegmentOnce, "no stale copies where a segment is left out"),
        (.runsEachSegmentOnce, "one executable serves several threads"),
    ])
    func suiteNotices(_ fault: FaultyEngine.Fault, in name: String) throws {
        let conformance = try #require(
            EngineConformance.cases.first { $0.description == name })
        #expect(throws: Mismatch.self) { try conformance.run(on: FaultyEngine(fault: fault)) }
    }

    @Test func anEngineMayRefuse() throws {
        let engine = FaultyEngine(fault: .refusesEverything)
        let conformance = EngineConformance.cases[0]
        #expect(try !conformance.runUnlessRefused(on: engine))
        #expect(try conformance.runUnlessRefused(on: ReferenceEngine()))
        #expect(throws: EngineError.self) { try conformance.run(on: engine) }
    }
}

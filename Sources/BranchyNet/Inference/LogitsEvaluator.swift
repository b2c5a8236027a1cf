package import BranchyCompute

/// Runs a whole network on batches, every exit of it: how training looks at validation data.
///
/// What predicts runs one image at a time (``Predictor``); calibration uses that one, so that it
/// sees exactly the numbers that will decide.
package struct LogitsEvaluator: ~Copyable {
    private let compiled: CompiledNetwork
    private var workspace: Workspace

    /// How many images fit one call.
    package var batchSize: Int { compiled.executable.batchSize }

    /// - Throws: as `Predictor`'s initializer.
    package init(
        network: BranchedNetwork, parameters: ParameterStore, engine: any Engine, batchSize: Int
    ) throws {
        let compiled = try CompiledNetwork(
            network, parameters: parameters, engine: engine, batchSize: batchSize)
        self.workspace = try compiled.executable.makeWorkspace()
        self.compiled = compiled
    }

    /// Fills a batch by `fill`, runs it and hands over the logits `[batchSize, K]` of every exit.
    ///
    /// Rows that `fill` leaves alone hold what they held before; their logits mean nothing.
    package mutating func evaluate(
        fill: (inout MutableSpan<Float>) throws -> Void, _ body: (Int, Span<Float>) throws -> Void
    ) throws {
        try workspace.withInput(compiled.imageInput, fill)
        for segment in compiled.executable.program.segments.indices {
            try compiled.executable.run(segment, in: &workspace)
        }
        for (exit, output) in compiled.logitsOutputs.enumerated() {
            try workspace.withOutput(output) { try body(exit, $0) }
        }
    }
}

package import BranchyCompute

extension NativeEngine {
    /// How long each step of a program takes for one image, in seconds.
    ///
    /// Running a step again takes as long, whatever its numbers have become. Each is run by itself,
    /// and the fastest of five rounds counts.
    ///
    /// - Parameter repetitions: how often each step is run in a round, at least 1.
    package func profile(
        _ program: Program, parameters: ParameterStore, repetitions: Int
    ) throws(EngineError) -> [(implementation: Implementation, seconds: Double)] {
        var plan = try plan(program, batchSize: 1, parameters: parameters)
        let weights = try WeightBlock(plan.takeWeights())
        let executable = NativeExecutable(plan, weights)
        let workspace = try executable.makeWorkspace()
        var profile: [(implementation: Implementation, seconds: Double)] = []
        for (index, implementation) in plan.implementations.enumerated() {
            var seconds = Double.infinity
            for _ in 0..<5 {
                let start = ContinuousClock.now
                for _ in 0..<repetitions { executable.runStep(index, in: workspace) }
                let time = start.duration(to: .now).components
                let total = Double(time.seconds) + Double(time.attoseconds) * 1e-18
                seconds = min(seconds, total / Double(repetitions))
            }
            profile.append((implementation, seconds))
        }
        return profile
    }
}

import BranchyCompute

extension EngineConformance {
    /// Programs of several segments, some of which are left out.
    static let segmentCases: [ConformanceCase] =
        [[0, 1, 2], [0, 1], [0, 2], [0]].map { (segments: [Int]) in
            ConformanceCase(
                "two branches on one backbone, segments \(segments)", segments: segments,
                build: buildTwoBranches)
        } + [
            ConformanceCase("no stale copies where a segment is left out", checkStaleCopies),
            ConformanceCase("an input is written between two segments", checkLateInput),
            ConformanceCase("a relu in a segment that may be left out") { program in
                let x = program.addInput("x", ValueType([3, 5, 5]))
                program.beginSegment("backbone")
                let maps = try program.convolve(x, "conv", filters: 5, kernelSize: 3)
                program.beginSegment("branch")
                let positive = try program.apply(.relu, maps)
                program.addOutput("branch", try program.classify(positive, "fc", classes: 3))
                program.beginSegment("rest")
                program.addOutput(
                    "rest", try program.convolve(maps, "rest", filters: 4, kernelSize: 3))
            },
            ConformanceCase("a value read three segments later") { program in
                let x = program.addInput("x", ValueType([3, 5, 5]))
                program.beginSegment("0")
                let early = try program.convolve(x, "conv0", filters: 5, kernelSize: 3, padding: 1)
                program.beginSegment("1")
                let next = try program.convolve(
                    early, "conv1", filters: 5, kernelSize: 3, padding: 1)
                program.beginSegment("2")
                let last = try program.convolve(
                    next, "conv2", filters: 5, kernelSize: 3, padding: 1)
                program.beginSegment("3")
                program.addOutput("y", try program.apply(.add, last, early))
            },
        ]

    /// What segment 0 produces is read by a convolution in segments 1 and 2, and by a linear layer
    /// in segment 1: an engine may want it in several layouts.
    static let buildTwoBranches: @Sendable (inout Program) throws -> Void = { program in
        let x = program.addInput("x", ValueType([3, 8, 7]))
        program.beginSegment("backbone 0")
        let maps = try program.convolve(
            x, "backbone0", filters: 10, kernelSize: 3, activation: .relu)
        program.beginSegment("branch 0")
        let small = try program.convolve(maps, "branch0", filters: 5, kernelSize: 3)
        program.addOutput("deep", try program.classify(small, "branch0.fc", classes: 4))
        program.addOutput("shallow", try program.classify(maps, "shallow", classes: 4))
        program.beginSegment("backbone 1")
        let deeper = try program.convolve(
            maps, "backbone1", filters: 17, kernelSize: 3, padding: 1, activation: .relu)
        program.addOutput("exit", try program.classify(deeper, "final", classes: 4))
        program.addOutput("features", try program.apply(.flatten, maps))
    }

    /// One workspace, other numbers in every run, other segments in every run: a copy that an
    /// earlier run left in another layout must not be read.
    private static let checkStaleCopies: @Sendable (any Engine) throws -> Void = { engine in
        let program = try Program(building: buildTwoBranches)
        let parameters = Feed(for: program, batchSize: 2).parameters
        let executable = try engine.compile(program, batchSize: 2, parameters: parameters)
        var workspace = try executable.makeWorkspace()
        let runs = [[0, 1, 2], [0, 2], [0, 1], [0, 2], [0], [0, 1, 2]]
        for (run, segments) in runs.enumerated() {
            var feed = Feed(for: program, batchSize: 2, seed: UInt64(run))
            feed.parameters = parameters
            let agreement = try Agreement(
                reference: program, batchSize: 2, feed, segments: segments)
            let outputs = try executable.outputs(feed, segments: segments, in: &workspace)
            try agreement.require(outputs, "run \(run) of segments \(segments)")
        }
    }

    /// Only a segment that reads an input needs it, so it may come late, and it must not land on
    /// what earlier segments left for later ones.
    private static let checkLateInput: @Sendable (any Engine) throws -> Void = { engine in
        let program = try Program { program in
            let x = program.addInput("x", ValueType([3, 5, 5]))
            let late = program.addInput("late", ValueType([5, 3, 3]))
            program.beginSegment("0")
            let maps = try program.convolve(x, "conv", filters: 5, kernelSize: 3)
            program.beginSegment("1")
            program.addOutput("y", try program.apply(.add, maps, late))
        }
        let feed = Feed(for: program, batchSize: 2)
        var (early, late) = (feed, feed)
        early.inputs["late"] = nil
        late.inputs["x"] = nil
        let executable = try engine.compile(program, batchSize: 2, parameters: feed.parameters)
        var workspace = try executable.makeWorkspace()
        executable.write(early, to: &workspace)
        try executable.run(0, in: &workspace)
        executable.write(late, to: &workspace)
        try executable.run(1, in: &workspace)
        try Agreement(reference: program, batchSize: 2, feed)
            .require(executable.outputs(ofSegments: [0, 1], in: workspace))
    }
}

import BranchyCompute
import Dispatch
import Synchronization

extension EngineConformance {
    /// What an engine guarantees besides numbers.
    static let contractCases: [ConformanceCase] = [
        ConformanceCase("two workspaces take turns", checkTurns),
        ConformanceCase("one executable serves several threads", checkThreads),
        ConformanceCase("two runs give the same bits", checkRepetition),
        ConformanceCase("a foreign workspace is refused", checkForeignWorkspace),
        ConformanceCase("a missing parameter is refused") { engine in
            try checkRefusedParameter("a missing parameter", on: engine) {
                $0["final.weight"] = nil
            }
        },
        ConformanceCase("a parameter of another shape is refused") { engine in
            try checkRefusedParameter("a transposed parameter", on: engine) { parameters in
                guard let tensor = parameters["final.weight"] else { return }
                let shape = Shape(tensor.shape.dimensions.reversed())
                parameters["final.weight"] = Tensor(shape, tensor.scalars)
            }
        },
        ConformanceCase("parameters that the program does not have are ignored") { engine in
            let sample = try Sample()
            var feed = sample.feed
            feed.parameters["another"] = Tensor([1], [0])
            try sample.agreement().require(
                try engine.outputs(of: sample.program, batchSize: 2, feed))
        },
        ConformanceCase("a batch larger than the machine is refused", checkHugeBatch),
        ConformanceCase("implementations are listed in order of running") { engine in
            let executable = try Sample().compile(on: engine)
            let segments = executable.implementations.map(\.segment)
            guard !segments.isEmpty, segments == segments.sorted() else {
                throw Mismatch("the implementations are of segments \(segments)")
            }
        },
        ConformanceCase("an executable knows its program and batch size") { engine in
            let sample = try Sample()
            let executable = try sample.compile(on: engine)
            guard executable.program == sample.program, executable.batchSize == 2 else {
                throw Mismatch("the executable has another program or batch size")
            }
        },
    ]

    /// A network with two exits and numbers for it.
    private struct Sample {
        let program: Program
        var feed: Feed

        init(seed: UInt64 = 1) throws {
            program = try Program(building: buildTwoBranches)
            feed = Feed(for: program, batchSize: 2, seed: seed)
            feed.parameters = Feed(for: program, batchSize: 2).parameters
        }

        func compile(on engine: any Engine) throws -> any Executable {
            try engine.compile(program, batchSize: 2, parameters: feed.parameters)
        }

        func agreement() throws -> Agreement {
            try Agreement(reference: program, batchSize: 2, feed)
        }
    }

    private static let checkTurns: @Sendable (any Engine) throws -> Void = { engine in
        let (first, second) = (try Sample(seed: 2), try Sample(seed: 3))
        let executable = try first.compile(on: engine)
        var left = try executable.makeWorkspace()
        var right = try executable.makeWorkspace()
        for _ in 0..<2 {
            executable.write(first.feed, to: &left)
            executable.write(second.feed, to: &right)
            for segment in first.program.segments.indices {
                try executable.run(segment, in: &left)
                try executable.run(segment, in: &right)
            }
            try first.agreement().require(
                executable.outputs(ofSegments: [0, 1, 2], in: left), "first workspace")
            try second.agreement().require(
                executable.outputs(ofSegments: [0, 1, 2], in: right), "second workspace")
        }
    }

    private static let checkThreads: @Sendable (any Engine) throws -> Void = { engine in
        let executable = try Sample().compile(on: engine)
        let failure = Mutex<(any Error)?>(nil)
        DispatchQueue.concurrentPerform(iterations: 4) { thread in
            do {
                let sample = try Sample(seed: UInt64(thread))
                let agreement = try sample.agreement()
                var workspace = try executable.makeWorkspace()
                for _ in 0..<20 {
                    try agreement.require(
                        try executable.outputs(sample.feed, in: &workspace), "thread \(thread)")
                }
            } catch {
                failure.withLock { $0 = error }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }

    private static let checkRepetition: @Sendable (any Engine) throws -> Void = { engine in
        let sample = try Sample()
        let executable = try sample.compile(on: engine)
        var workspace = try executable.makeWorkspace()
        let first = try executable.outputs(sample.feed, in: &workspace)
        let second = try executable.outputs(sample.feed, in: &workspace)
        guard first == second else { throw Mismatch("a second run gave other numbers") }
    }

    private static let checkForeignWorkspace: @Sendable (any Engine) throws -> Void = { engine in
        let sample = try Sample()
        let (one, other) = (try sample.compile(on: engine), try sample.compile(on: engine))
        var workspace = try other.makeWorkspace()
        try requireFailure(.foreignWorkspace, "a run in a foreign workspace") {
            try one.run(0, in: &workspace)
        }
    }

    private static func checkRefusedParameter(
        _ what: String, on engine: any Engine, _ spoil: (inout ParameterStore) -> Void
    ) throws {
        var sample = try Sample()
        spoil(&sample.feed.parameters)
        try requireFailure(.invalidParameter, what) { _ = try sample.compile(on: engine) }
    }

    /// Too large for any machine, and for a number of 32 bits; the bytes still fit 64.
    private static let checkHugeBatch: @Sendable (any Engine) throws -> Void = { engine in
        let sample = try Sample()
        try requireFailure(.outOfMemory, "a batch of 2^40") {
            let executable = try engine.compile(
                sample.program, batchSize: 1 << 40, parameters: sample.feed.parameters)
            _ = try executable.makeWorkspace()
        }
    }
}

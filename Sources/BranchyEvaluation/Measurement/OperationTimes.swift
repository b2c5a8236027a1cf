public import BranchyCompute
public import BranchyNet

/// How long every operation of a network takes where it runs: after the ones before it, in the memory
/// and with the caches as these leave them.
///
///     let times = try OperationTimes.measure(network, parameters: parameters, engine: engine)
///     for operation in times.operations { print(operation.name, operation.seconds) }
///
/// Every second run is timed as a whole, so that it shows whether looking at the clock between
/// operations costs anything.
public struct OperationTimes: Sendable {
    /// What an engine does for one instruction of a program, or for several at once.
    public struct Operation: Hashable, Sendable {
        /// The name of the segment in which it runs, such as `backbone 0`.
        public let segment: String
        /// What is computed; several with ` + ` between them are done at once.
        public let name: String
        /// The engine's names for how.
        public let implementation: String
        /// What the first of its instructions computes; values are numbered in that order.
        public let firstValue: Program.Value
        /// Of one sample of what it writes in the end.
        public let shape: Shape
        /// Multiply-accumulates.
        public let multiplyAccumulates: Int
        /// Bytes of what it reads and writes, packed parameters included.
        public let byteCount: Int
        /// The median of all runs.
        public let seconds: Double
    }

    /// In the order in which they run.
    public let operations: [Operation]
    /// How long a whole run takes, median of those in which nobody looks at the clock between.
    public let wholeSeconds: Double

    /// The sum of all operations.
    public var sum: Double { operations.reduce(0) { $0 + $1.seconds } }

    /// The sum of the operations of a branch.
    ///
    /// - Parameter stage: the stage that it ends.
    package func seconds(ofBranch stage: Int) -> Double {
        operations.filter { $0.segment == "branch \(stage)" }.reduce(0) { $0 + $1.seconds }
    }

    /// Runs a network on one image, every stage and every branch.
    ///
    /// - Parameters:
    ///   - runs: how many are timed by the operation, at least 1, and how many as a whole, after a
    ///     tenth as many for warming up.
    ///   - caches: what the processor's caches hold when a run begins.
    /// - Throws: `EngineError` with the code `unsupported` where the engine's calls cannot be timed;
    ///   `NetworkError` or `EngineError` where network, parameters and engine do not fit.
    public static func measure(
        _ network: BranchedNetwork, parameters: consuming ParameterStore, engine: any Engine,
        runs: Int = 100, caches: CacheState = .warm
    ) throws -> OperationTimes {
        let compiled = try CompiledNetwork(
            network, parameters: consume parameters, engine: engine, batchSize: 1)
        guard let executable = compiled.executable as? any TimedExecutable else {
            throw EngineError(
                .unsupported,
                "the engine '\(engine.name)' does not say how long its operations take; the native "
                    + "engine does")
        }
        var measuring = try Measuring(executable, input: compiled.imageInput)
        for _ in 0..<max(runs / 10, 1) { _ = try measuring.wholeRun() }
        var eviction: CacheEviction?
        if caches == .cold { eviction = try CacheEviction() }
        var (steps, whole): ([[Double]], [Double]) = ([], [])
        for _ in 0..<runs {
            eviction?.run()
            steps.append(try measuring.timedRun())
            eviction?.run()
            whole.append(try measuring.wholeRun())
        }
        return OperationTimes(
            operations: executable.operations(taking: steps), wholeSeconds: whole.median)
    }
}

/// Runs of all segments, timed in two ways.
private struct Measuring: ~Copyable {
    private let executable: any TimedExecutable
    private var workspace: Workspace

    init(_ executable: any TimedExecutable, input: Int) throws(EngineError) {
        self.executable = executable
        workspace = try executable.makeWorkspace()
        workspace.withInput(input) { image in
            for index in image.indices { image[index] = 0.5 }
        }
    }

    /// Seconds of a whole run.
    mutating func wholeRun() throws(EngineError) -> Double {
        let start = ContinuousClock.now
        for segment in executable.program.segments.indices {
            try executable.run(segment, in: &workspace)
        }
        return start.duration(to: .now).inSeconds
    }

    /// Seconds of each call.
    mutating func timedRun() throws(EngineError) -> [Double] {
        var seconds = [Double](repeating: 0, count: executable.implementations.count)
        var start = ContinuousClock.now
        for segment in executable.program.segments.indices {
            try executable.run(segment, in: &workspace) { call in
                let end = ContinuousClock.now
                seconds[call] = start.duration(to: end).inSeconds
                start = end
            }
        }
        return seconds
    }
}

extension TimedExecutable {
    /// Puts the calls of each instruction together.
    ///
    /// - Parameter steps: seconds of each call: `[runs][calls]`.
    fileprivate func operations(taking steps: [[Double]]) -> [OperationTimes.Operation] {
        let calls = implementations
        return calls.indices.split(wherever: {
            calls[$0].cost?.firstValue != calls[$1].cost?.firstValue
        })
        .compactMap { range in
            guard let last = calls[range].last, let cost = last.cost else { return nil }
            let seconds = steps.map { $0[range].reduce(0, +) }
            return OperationTimes.Operation(
                segment: program.segments[last.segment].name, name: last.operation,
                implementation: calls[range].map(\.name).joined(separator: ", "),
                firstValue: cost.firstValue, shape: program.type(of: cost.lastValue).shape,
                multiplyAccumulates: cost.multiplyAccumulates, byteCount: cost.byteCount,
                seconds: seconds.median)
        }
    }
}

extension Range<Int> {
    /// The longest pieces of which no two neighbours are to be parted.
    fileprivate func split(wherever isParted: (Int, Int) -> Bool) -> [Range<Int>] {
        let starts = filter { $0 == lowerBound || isParted($0 - 1, $0) }
        return zip(starts, starts.dropFirst() + [upperBound]).map { $0..<$1 }
    }
}

import BranchyCompute
import Synchronization

extension Predictor {
    /// One caller's memory for predicting: after it is made, predicting allocates nothing.
    public struct Session: ~Copyable, Sendable {
        private let compiled: CompiledNetwork
        private let policy: any ExitPolicy
        private let temperatures: ExitTemperatures?
        private let ensemble: ExitEnsemble?
        private let firstExit: Int
        private let readsTime: Bool
        private let now: @Sendable () -> Duration
        private var workspace: Workspace
        private var observations: [ExitObservation] = []
        /// The weighted sum of logits of the exits that answered together last, where some do.
        private var sum: [Float]

        init(of predictor: borrowing Predictor) throws(EngineError) {
            self.compiled = predictor.compiled
            self.policy = predictor.policy
            self.temperatures = predictor.temperatures
            self.ensemble = predictor.policy.ensemble
            self.sum = [Float](
                repeating: 0, count: ensemble == nil ? 0 : predictor.network.classCount)
            self.firstExit = predictor.policy.firstExit
            self.readsTime = predictor.policy.readsTime
            self.now = predictor.now
            self.workspace = try predictor.compiled.executable.makeWorkspace()
            observations.reserveCapacity(predictor.compiled.network.exitCount)
        }

        /// Answers one image, running only the stages up to the exit that is sure.
        ///
        /// The answer is in what that exit saw; its logits are lent by
        /// ``withLogits(ofExit:_:)`` until the next image.
        ///
        /// - Parameter image: the values of one image, row-major, as many as the input shape has.
        /// - Returns: what the exit that answered saw.
        /// - Throws: ``NetworkError`` where there are more or fewer values, `EngineError` where
        ///   the engine fails.
        public mutating func predict(_ image: Span<Float>) throws -> ExitObservation {
            let start = readsTime ? now() : .zero
            try write(image)
            observations.removeAll(keepingCapacity: true)
            let last = compiled.logitsOutputs.count - 1
            for stage in 0..<firstExit { try runBackbone(stage) }
            for exit in firstExit..<last {
                let observation = try observe(exit)
                let elapsed = readsTime ? now() - start : .zero
                if policy.accepts(observation, after: observations.span, elapsed: elapsed) {
                    return observation
                }
                observations.append(observation)
            }
            return try observe(last)
        }

        /// Calls `body` with the logits of an exit that the last image visited.
        ///
        /// - Parameter exit: counted from 0; at most the exit at which that image left, and not
        ///   before the first exit that the policy asks.
        public func withLogits<Result>(
            ofExit exit: Int, _ body: (Span<Float>) throws -> Result
        ) rethrows -> Result {
            try workspace.withOutput(compiled.logitsOutputs[exit], body)
        }

        /// Calls `body` with the logits that the last observation was made in: those of its exit, or
        /// the weighted sum where exits answer together.
        package func withLogits<Result>(
            of observation: ExitObservation, _ body: (Span<Float>) throws -> Result
        ) rethrows -> Result {
            guard ensemble != nil, observation.exit < compiled.logitsOutputs.count - 1 else {
                return try withLogits(ofExit: observation.exit, body)
            }
            return try body(sum.span)
        }

        /// Runs every stage and hands over what every exit says: for calibration and reports.
        ///
        /// - Parameters:
        ///   - image: as in ``predict(_:)``.
        ///   - body: called once per exit, from exit 0 on, with what it saw and the logits that it
        ///     saw it in: its own, or under a policy with an ensemble the weighted sum.
        /// - Throws: as ``predict(_:)``.
        public mutating func forEachExit(
            of image: Span<Float>, _ body: (ExitObservation, Span<Float>) throws -> Void
        ) throws {
            try write(image)
            for exit in compiled.logitsOutputs.indices {
                let observation = try observe(exit)
                try withLogits(of: observation) { try body(observation, $0) }
            }
        }

        private mutating func write(_ image: Span<Float>) throws(NetworkError) {
            guard image.count == compiled.network.inputShape.elementCount else {
                throw NetworkError(
                    .shapeMismatch,
                    "an image of \(image.count) values, but the network '\(compiled.network.name)' "
                        + "expects \(compiled.network.inputShape)")
            }
            workspace.withInput(compiled.imageInput) { input in
                // Safety: both have as many elements as the input shape. Element by element, with
                // its bounds checked, copying took a twentieth of a prediction.
                input.withUnsafeMutableBytes { bytes in
                    image.withUnsafeBytes { bytes.copyMemory(from: $0) }
                }
            }
        }

        private mutating func observe(_ exit: Int) throws(EngineError) -> ExitObservation {
            try runStage(exit)
            if let ensemble, exit < compiled.logitsOutputs.count - 1 {
                add(exitsUpTo: exit, of: ensemble)
                return ExitObservation(logits: sum.span, exit: exit)
            }
            return workspace.withOutput(compiled.logitsOutputs[exit]) {
                ExitObservation(logits: $0, exit: exit, temperature: temperatures?[exit] ?? 1)
            }
        }

        /// The workspace still has the logits of all exits on the way.
        private mutating func add(exitsUpTo exit: Int, of ensemble: ExitEnsemble) {
            var sum: [Float] = []
            swap(&sum, &self.sum)
            var values = sum.mutableSpan
            for index in values.indices { values[index] = 0 }
            for earlier in 0...exit {
                workspace.withOutput(compiled.logitsOutputs[earlier]) {
                    ensemble.add($0, of: earlier, answering: exit, to: &values)
                }
            }
            swap(&sum, &self.sum)
        }

        /// Runs a stage's backbone and, unless it is the final one, its branch.
        private mutating func runStage(_ stage: Int) throws(EngineError) {
            try runBackbone(stage)
            if stage < compiled.logitsOutputs.count - 1 {
                try compiled.executable.run(
                    NetworkProgram.branchSegment(ofStage: stage), in: &workspace)
            }
        }

        private mutating func runBackbone(_ stage: Int) throws(EngineError) {
            try compiled.executable.run(
                NetworkProgram.backboneSegment(ofStage: stage), in: &workspace)
        }
    }
}

/// Sessions that nobody uses at the moment.
final class SessionPool: Sendable {
    private let idle = Mutex<[Box]>([])

    /// Lends a session to `body`, making one where none is idle.
    func withSession<Result>(
        of predictor: Predictor, _ body: (inout Predictor.Session) throws -> Result
    ) throws -> Result {
        let box = try idle.withLock { $0.popLast() } ?? Box(try predictor.makeSession())
        defer { idle.withLock { $0.append(box) } }
        return try body(&box.session)
    }

    // Safety: a box is either in the pool, where nobody touches its session, or was taken out under
    // the lock by the one caller that does.
    private final class Box: @unchecked Sendable {
        var session: Predictor.Session

        init(_ session: consuming Predictor.Session) {
            self.session = session
        }
    }
}

import BranchyCompute

extension Predictor {
    /// This predictor, made to let everybody leave at one exit after visiting the ones before.
    ///
    /// A ``FixedExitPolicy`` goes there without running the branches on the way; what a
    /// ``DeadlinePolicy`` plans by is the way with them.
    ///
    /// - Parameter exit: counted from 0.
    /// - Throws: ``PolicyError`` where there is no such exit.
    public func leaving(at exit: Int) throws(PolicyError) -> Predictor {
        // It requires that there is one.
        try FixedExitPolicy(exit: exit).validate(exitCount: network.exitCount)
        let thresholds = (0..<network.exitCount - 1).map { $0 < exit ? 0 : Float.infinity }
        return try with(policy: ThresholdPolicy(thresholds: thresholds))
    }

    /// The median time to answer at each exit on this machine, every branch on the way included;
    /// what a ``DeadlinePolicy`` plans by:
    ///
    ///     let times = try predictor.measuredTimeToExit()
    ///     let hurried = try predictor.with(
    ///         policy: DeadlinePolicy(.microseconds(300), timeToExit: times))
    ///
    /// One image is answered at all exits in turn, up and down, so that a busy moment of the machine
    /// meets them alike. Medians of neighbouring exits may cross by the clock's noise; here none is
    /// below the one before.
    ///
    /// - Parameter calls: how many answers of each exit count, at least 1, after a tenth as many for
    ///   warming up. Threads that answer at the same time later make answers slower than this.
    /// - Returns: one time per exit, from exit 0 on, in the order that ``DeadlinePolicy`` takes.
    /// - Throws: `EngineError` where the engine fails.
    public func measuredTimeToExit(calls: Int = 50) throws -> [Duration] {
        let exits = try (0..<network.exitCount).map { try leaving(at: $0) }
        // What is in an image does not matter: where it leaves is given.
        let image = [Float](repeating: 0.5, count: network.inputShape.elementCount)
        var times = [[Duration]](repeating: [], count: exits.count)
        let warmUp = max(calls / 10, 1)
        for call in 0..<warmUp + max(calls, 1) {
            for place in exits.indices {
                let exit = call.isMultiple(of: 2) ? place : exits.count - 1 - place
                let time = try exits[exit].time(of: image.span)
                if call >= warmUp { times[exit].append(time) }
            }
        }
        var latest = Duration.zero
        return times.map { times in
            latest = max(latest, times.sorted()[times.count / 2])
            return latest
        }
    }

    private func time(of image: Span<Float>) throws -> Duration {
        try sessions.withSession(of: self) { session in
            let start = now()
            _ = try session.predict(image)
            return now() - start
        }
    }
}

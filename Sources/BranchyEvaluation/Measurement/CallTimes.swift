package import BranchyCompute
import BranchyData
package import BranchyNet
import Dispatch
import Synchronization

/// How long single calls of predictors take, with all subjects taking turns.
///
/// Where ``LatencyMeasurement`` asks what an image takes, this asks what a call takes: every call
/// counts by itself, the slow ones too.
package struct CallTimes: Sendable {
    /// Seconds of each call, sorted: `[subjects][calls]`.
    package let seconds: [[Double]]
    /// Calls that all threads together finish in a second of each subject's time.
    package let callsPerSecond: [Double]

    /// Measures.
    ///
    /// - Parameters:
    ///   - subjects: what takes turns.
    ///   - batches: what a call of any of them answers, one after the other, around again: of shape
    ///     `[N]` + the networks' input shape, all of one `N`.
    ///   - calls: how many calls of each subject count, on each thread, after a tenth as many for
    ///     warming up.
    ///   - threads: how many threads call at the same time, each with sessions of its own; where
    ///     `N` is not 1, how many share each call.
    ///   - caches: what the processor's caches hold when a call begins.
    ///   - progress: told between calls of the first thread how many of its calls are done, and of
    ///     how many.
    /// - Throws: `NetworkError` or `EngineError` where images, network and engine do not fit.
    package static func measure(
        _ subjects: [Predictor], answering batches: [Tensor], calls: Int, threads: Int = 1,
        caches: CacheState = .warm,
        progress: @Sendable (_ done: Int, _ count: Int) -> Void = { _, _ in }
    ) throws -> CallTimes {
        guard batches.allSatisfy({ $0.shape[0] == 1 }) else {
            let seconds = try takeTurns(subjects.count, calls: calls, caches, progress) {
                subject, call in
                _ = try subjects[subject].predict(
                    batch: batches[call % batches.count], threads: threads)
            }.map { $0.sorted() }
            return CallTimes(seconds: seconds, callsPerSecond: seconds.map { 1 / $0.mean })
        }
        let results = Mutex<[Result<[[Double]], any Error>]>([])
        DispatchQueue.concurrentPerform(iterations: threads) { thread in
            let result = Result {
                try measure(subjects, batches, calls: calls, caches) { done, count in
                    if thread == 0 { progress(done, count) }
                }
            }
            results.withLock { $0.append(result) }
        }
        let perThread = try results.withLock { try $0.map { try $0.get() } }
        return CallTimes(
            seconds: subjects.indices.map { subject in
                perThread.flatMap { $0[subject] }.sorted()
            },
            callsPerSecond: subjects.indices.map { subject in
                perThread.reduce(0) { $0 + 1 / $1[subject].mean }
            })
    }

    private static func measure(
        _ subjects: [Predictor], _ images: [Tensor], calls: Int, _ caches: CacheState,
        _ progress: (_ done: Int, _ count: Int) -> Void
    ) throws -> [[Double]] {
        let sessions = try subjects.map { SessionBox(try $0.makeSession()) }
        return try takeTurns(subjects.count, calls: calls, caches, progress) { subject, call in
            let image = images[call % images.count].scalars
            _ = try sessions[subject].predict(image.span)
        }
    }

    /// Seconds of each call, in order: `[subjects][calls]`.
    private static func takeTurns(
        _ count: Int, calls: Int, _ caches: CacheState,
        _ progress: (_ done: Int, _ count: Int) -> Void,
        _ body: (_ subject: Int, _ call: Int) throws -> Void
    ) throws -> [[Double]] {
        switch caches {
        case .warm: return try takeTurns(count, calls: calls, before: {}, progress, body)
        case .cold:
            let eviction = try CacheEviction()
            return try takeTurns(count, calls: calls, before: { eviction.run() }, progress, body)
        }
    }

    /// - Parameter prepare: what is done before each call that counts, outside of its time.
    private static func takeTurns(
        _ count: Int, calls: Int, before prepare: () -> Void,
        _ progress: (_ done: Int, _ count: Int) -> Void,
        _ body: (_ subject: Int, _ call: Int) throws -> Void
    ) throws -> [[Double]] {
        for subject in 0..<count {
            for call in 0..<max(calls / 10, 1) { try body(subject, call) }
        }
        var seconds = [[Double]](repeating: [], count: count)
        // Drawn anew for each call, so that no subject always finds the caches of the same
        // neighbour.
        var turns = SplitMix64(seed: 0, stream: RandomPurpose.turns.rawValue)
        for call in 0..<calls {
            for subject in turns.permutation(of: count) {
                prepare()
                let start = ContinuousClock.now
                try body(subject, call)
                seconds[subject].append(start.duration(to: .now).inSeconds)
            }
            progress((call + 1) * count, calls * count)
        }
        return seconds
    }
}

/// What the processor's caches hold when a call begins.
public enum CacheState: String, Sendable, Encodable {
    /// What the calls before it left there.
    case warm
    /// Nothing that the call needs.
    case cold
}

extension BranchedNetwork {
    /// Images of the network's input shape, for measurements in which their content does not
    /// matter.
    package func grayImages(_ count: Int = 1) -> Tensor {
        let shape = inputShape.batched(by: count)
        return Tensor(shape, [Float](repeating: 0.5, count: shape.elementCount))
    }
}

extension [Double] {
    /// The interval in which the median of sorted numbers lies with 95 % confidence, by the
    /// binomial distribution of how many lie below it, taken for a normal one.
    package var medianInterval: (low: Double, high: Double) {
        guard !isEmpty else { return (.nan, .nan) }
        let spread = 1.96 * Double(count).squareRoot() / 2
        let low = Int((Double(count) / 2 - spread).rounded(.down))
        let high = Int((Double(count) / 2 + spread).rounded(.up))
        return (self[Swift.max(low, 0)], self[Swift.min(high, count - 1)])
    }
}

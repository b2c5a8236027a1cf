public import BranchyCompute
import Dispatch
import Synchronization

extension Predictor {
    /// Answers each image of a batch, in order; each leaves at its own exit, as it would alone.
    ///
    /// Threads take image after image, so that none waits for another whose images stay longer.
    ///
    /// - Parameters:
    ///   - images: of shape `[N] + inputShape`; N may be 0.
    ///   - threads: how many threads answer, at least 1.
    /// - Throws: as ``predict(_:)``.
    public func predict(batch images: Tensor, threads: Int = 1) throws -> [Prediction] {
        guard images.shape.dimensions.dropFirst() == network.inputShape.dimensions[...] else {
            throw shapeError(images.shape)
        }
        let size = network.inputShape.elementCount
        return try answers(images.shape[0], threads: threads) { index, session in
            let span = images.scalars.span.extracting(index * size..<(index + 1) * size)
            return Prediction(try session.predict(span), in: session)
        }
    }

    /// What a function makes of each index below a count, in their order, on some threads with a
    /// session each.
    ///
    /// - Throws: what the function throws for the smallest index that it fails for, and `EngineError`
    ///   where there is no memory for a session.
    func answers<Answer: Sendable>(
        _ count: Int, threads: Int,
        _ answer: @Sendable (Int, inout Session) throws -> Answer
    ) throws -> [Answer] {
        let next = Atomic(0)
        let parts = Mutex<[Part<Answer>]>([])
        DispatchQueue.concurrentPerform(iterations: min(max(threads, 1), count)) { _ in
            let part = someAnswers(next, below: count, answer)
            parts.withLock { $0.append(part) }
        }
        let all = parts.withLock { $0 }
        let failures = all.compactMap(\.failure)
        if let first = failures.min(by: { $0.index < $1.index }) { throw first.error }
        return all.flatMap(\.answers).sorted { $0.index < $1.index }.map(\.answer)
    }

    /// What one of the threads does.
    private func someAnswers<Answer: Sendable>(
        _ next: borrowing Atomic<Int>, below count: Int,
        _ answer: (Int, inout Session) throws -> Answer
    ) -> Part<Answer> {
        var part = Part<Answer>()
        var index = Int.max
        do {
            try sessions.withSession(of: self) { session in
                while true {
                    index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                    guard index < count else { return }
                    part.answers.append((index, try answer(index, &session)))
                }
            }
        } catch {
            // All indices below were taken before, and will be answered; none above needs to be.
            next.store(count, ordering: .relaxed)
            part.failure = (index, error)
        }
        return part
    }
}

/// What one of several threads answered, and where it failed, if it did.
private struct Part<Answer: Sendable>: Sendable {
    var answers: [(index: Int, answer: Answer)] = []
    var failure: (index: Int, error: any Error)?
}

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
        let count = images.shape[0]
        let workers = min(max(threads, 1), count)
        guard workers > 1 else {
            return try sessions.withSession(of: self) { session in
                try (0..<count).map { try answer(images, $0, by: &session) }
            }
        }
        let next = Atomic(0)
        let parts = Mutex<[Result<[(image: Int, Prediction)], any Error>]>([])
        DispatchQueue.concurrentPerform(iterations: workers) { _ in
            let part = Result { try answerSome(of: images, next) }
            parts.withLock { $0.append(part) }
        }
        let answers = try parts.withLock { try $0.flatMap { try $0.get() } }
        return answers.sorted { $0.image < $1.image }.map { $0.1 }
    }

    /// What one of several threads does.
    private func answerSome(
        of images: Tensor, _ next: borrowing Atomic<Int>
    ) throws -> [(image: Int, Prediction)] {
        try sessions.withSession(of: self) { session in
            var answers: [(image: Int, Prediction)] = []
            while true {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < images.shape[0] else { return answers }
                answers.append((index, try answer(images, index, by: &session)))
            }
        }
    }

    private func answer(
        _ images: Tensor, _ index: Int, by session: inout Session
    ) throws -> Prediction {
        let size = network.inputShape.elementCount
        let span = images.scalars.span
        return try session.predict(span.extracting(index * size..<(index + 1) * size))
    }
}

import BranchyCompute
import BranchyNet
import Dispatch
import Foundation
import Synchronization

/// Answers images of many files on all cores: threads take pieces of work one after the other, read,
/// decode, predict and write, and hand over their answers in the order of the work.
struct PredictionPipeline: Sendable {
    let model: TrainedModel
    let predictor: Predictor
    /// Without any answer: what each thread begins with.
    let lines: AnswerLines
    /// How many of the most probable classes are told.
    let topCount: Int
    /// Whether every exit says its own, instead of the one where the policy lets an image leave.
    var asksEveryExit = false
    /// Below this probability an answer is called unsure; `nil` to take every one.
    var leastProbability: Float?

    /// Answers everything to standard output.
    ///
    /// - Returns: what became of it. Files that cannot be answered were named on standard error.
    /// - Throws: what ends the work at some piece; all answers before were printed.
    func run(_ work: consuming sending WorkList) throws -> AnswerCounts {
        let work = Mutex(work)
        let turns = Turns()
        let counts = Mutex(AnswerCounts())
        DispatchQueue.concurrentPerform(iterations: threadCount) { _ in
            let part = answer(work, turns)
            counts.withLock { $0 += part }
        }
        try turns.requireAll()
        return counts.withLock { $0 }
    }

    /// Deadlines hold for a network that has the machine to itself, as when its times were measured.
    private var threadCount: Int {
        predictor.policy.readsTime ? 1 : ProcessInfo.processInfo.activeProcessorCount
    }

    /// What one of the threads does.
    ///
    /// - Returns: what became of its pieces, where nothing ended the work.
    private func answer(_ work: borrowing Mutex<WorkList>, _ turns: Turns) -> AnswerCounts {
        guard var piece = work.withLock({ $0.next() }) else { return AnswerCounts() }
        do {
            var thread = try AnsweringThread(self, turns)
            while true {
                try thread.work(on: piece)
                guard !turns.areOver, let next = work.withLock({ $0.next() }) else {
                    return thread.counts
                }
                piece = next
            }
        } catch is Turns.Ended {
        } catch {
            if (try? turns.wait(for: piece.number)) != nil { turns.end(with: error) }
        }
        return AnswerCounts()
    }
}

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

    /// Answers everything to standard output.
    ///
    /// - Throws: what is wrong with the first piece that fails; all answers before were printed.
    func run(_ work: consuming sending WorkList) throws {
        let work = Mutex(work)
        let turns = Turns()
        DispatchQueue.concurrentPerform(iterations: threadCount) { _ in
            answer(work, turns)
        }
        try turns.requireAll()
    }

    /// Deadlines hold for a network that has the machine to itself, as when its times were measured.
    private var threadCount: Int {
        predictor.policy.readsTime ? 1 : ProcessInfo.processInfo.activeProcessorCount
    }

    /// What one of the threads does.
    private func answer(_ work: borrowing Mutex<WorkList>, _ turns: Turns) {
        guard var piece = work.withLock({ $0.next() }) else { return }
        do {
            var thread = try AnsweringThread(self, turns)
            while true {
                try thread.work(on: piece)
                guard !turns.areOver, let next = work.withLock({ $0.next() }) else { return }
                piece = next
            }
        } catch is Turns.Ended {
        } catch {
            guard (try? turns.wait(for: piece.number)) != nil else { return }
            turns.end(with: error)
        }
    }
}

import Foundation
import Synchronization

/// Lets threads hand over what they made in the order of the work, whichever is done first.
///
/// Each piece of work has a number, from 0 on. Whoever has made the piece whose turn it is hands it
/// over and passes the turn on; the others wait, so that no more than a piece for each thread is
/// ever kept. The first piece in order that fails ends all.
final class Turns: Sendable {
    /// Another piece has failed before this one's turn came.
    struct Ended: Error {}

    private let current = Atomic(0)
    private let failure = Mutex<(any Error)?>(nil)
    private let hasFailed = Atomic(false)
    private let hasWarned = Atomic(false)
    private let table = Atomic(0)
    private let changed = NSCondition()

    /// Whether nothing will be handed over any more.
    var areOver: Bool { hasFailed.load(ordering: .acquiring) }

    /// Whether everything before a piece was handed over.
    func isTurn(of number: Int) -> Bool {
        current.load(ordering: .acquiring) == number && !areOver
    }

    /// Waits until everything before a piece was handed over.
    ///
    /// - Throws: ``Ended`` where it never will.
    func wait(for number: Int) throws {
        guard !isTurn(of: number) else { return }
        changed.withLock {
            while !isTurn(of: number) && !areOver { changed.wait() }
        }
        if areOver { throw Ended() }
    }

    /// Says that a piece whose turn it is was handed over.
    func pass() {
        changed.withLock {
            current.add(1, ordering: .releasing)
            changed.broadcast()
        }
    }

    /// Ends everything at a piece whose turn it is.
    func end(with error: any Error) {
        failure.withLock { $0 = error }
        changed.withLock {
            hasFailed.store(true, ordering: .releasing)
            changed.broadcast()
        }
    }

    /// Whether nobody has warned before whose turn it was: what is said once is said once of all.
    func isFirstWarning() -> Bool {
        !hasWarned.exchange(true, ordering: .relaxed)
    }

    /// Whether a table begins with what is handed over now, by whoever's turn it is.
    func begins(table number: Int) -> Bool {
        table.exchange(number, ordering: .relaxed) != number
    }

    /// - Throws: what ended everything before the last piece.
    func requireAll() throws {
        if let failure = failure.withLock({ $0 }) { throw failure }
    }
}

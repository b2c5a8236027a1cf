import Synchronization

/// Numbers that are asked for one after the other; 0 where more are asked for.
final class Script: Sendable {
    private let rest: Mutex<ArraySlice<Int>>

    init(_ numbers: [Int]) { rest = Mutex(numbers[...]) }

    var isDone: Bool { rest.withLock { $0.isEmpty } }

    func next() -> Int { rest.withLock { $0.popFirst() ?? 0 } }
}

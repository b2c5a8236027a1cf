import Synchronization

/// A clock that stands still until somebody moves it.
///
/// With a tick, looking at it moves it too: each reading is a tick later than it would have been.
package final class ManualClock: Clock {
    /// A time since the clock was made.
    package struct Instant: InstantProtocol {
        package let offset: Duration

        package func advanced(by duration: Duration) -> Instant {
            Instant(offset: offset + duration)
        }

        package func duration(to other: Instant) -> Duration { other.offset - offset }

        package static func < (left: Instant, right: Instant) -> Bool {
            left.offset < right.offset
        }
    }

    private let time = Mutex(Duration.zero)
    private let tick: Duration

    package init(tick: Duration = .zero) { self.tick = tick }

    package var now: Instant {
        time.withLock {
            $0 += tick
            return Instant(offset: $0)
        }
    }

    package var minimumResolution: Duration { .nanoseconds(1) }

    package func advance(by duration: Duration) { time.withLock { $0 += duration } }

    /// Moves the clock to the deadline: nobody waits.
    package func sleep(until deadline: Instant, tolerance: Duration?) {
        time.withLock { $0 = max($0, deadline.offset) }
    }
}

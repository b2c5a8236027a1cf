import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Notices Ctrl-C and a request to end, so that a run can save and stop between two steps.
///
/// The second time the program ends at once.
enum Interrupt {
    private static let count = Atomic<Int>(0)

    /// Whether the user wants the program to stop.
    static var isRequested: Bool { count.load(ordering: .relaxed) > 0 }

    /// Takes over the signals, and lets them through where the parent process held them back.
    static func watch() {
        var watched = sigset_t()
        sigemptyset(&watched)
        sigaddset(&watched, SIGINT)
        sigaddset(&watched, SIGTERM)
        pthread_sigmask(SIG_UNBLOCK, &watched, nil)
        for number in [SIGINT, SIGTERM] {
            signal(number) { _ in
                if Interrupt.count.add(1, ordering: .relaxed).newValue > 1 {
                    _exit(ExitStatus.interrupted.rawValue)
                }
            }
        }
    }
}

import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Notices Ctrl-C, a request to end and the end of the terminal, so that a run can save and stop
/// between two steps.
///
/// The second time the program ends at once. That its terminal is gone does not count for that: a
/// shell and the system may both say so, and a service is told beside the request to end.
enum Interrupt {
    private static let count = Atomic<Int>(0)
    private static let hasHungUp = Atomic(false)

    /// Whether the user wants the program to stop.
    static var isRequested: Bool {
        count.load(ordering: .relaxed) > 0 || hasHungUp.load(ordering: .relaxed)
    }

    /// Takes over the signals, and lets them through where the parent process held them back.
    static func watch() {
        var watched = sigset_t()
        sigemptyset(&watched)
        for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&watched, number) }
        pthread_sigmask(SIG_UNBLOCK, &watched, nil)
        for number in [SIGINT, SIGTERM] {
            signal(number) { _ in
                if Interrupt.count.add(1, ordering: .relaxed).newValue > 1 {
                    _exit(ExitStatus.interrupted.rawValue)
                }
            }
        }
        watchTerminal()
    }

    /// Where `nohup` has the program outlive its terminal, it does.
    private static func watchTerminal() {
        var current = sigaction()
        guard sigaction(SIGHUP, nil, &current) == 0, !current.isIgnored else { return }
        signal(SIGHUP) { _ in Interrupt.hasHungUp.store(true, ordering: .relaxed) }
    }
}

extension sigaction {
    /// Whether the signal is passed over.
    fileprivate var isIgnored: Bool {
        #if canImport(Darwin)
        let handler = __sigaction_u.__sa_handler
        #else
        let handler = __sigaction_handler.sa_handler
        #endif
        return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}

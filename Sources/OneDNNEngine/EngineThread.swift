#if OneDNN
import BranchyCompute
import Glibc

/// A thread that makes the library's calls, one at a time, each while its caller waits.
///
/// The library's worker threads form a team per calling thread; were several threads to call, each
/// would get a team of its own and the teams would fight for the cores. So an engine with more than
/// one thread makes all its calls from here.
final class EngineThread: Sendable {
    private let state = State()

    init() throws(EngineError) {
        let state = Unmanaged.passRetained(state)
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { argument in
                if let argument {
                    Unmanaged<State>.fromOpaque(argument).takeRetainedValue().serve()
                }
                return nil
            }, state.toOpaque())
        guard status == 0 else {
            state.release()
            throw EngineError(
                .libraryFailure, "cannot start a thread: \(String(cString: strerror(status)))")
        }
        pthread_detach(thread)
    }

    deinit { state.finish() }

    /// Runs `body` on the thread and waits for it.
    func run<Result>(_ body: () throws(EngineError) -> Result) throws(EngineError) -> Result {
        var outcome: Swift.Result<Result, EngineError>?
        withoutActuallyEscaping({
            do throws(EngineError) {
                outcome = .success(try body())
            } catch {
                outcome = .failure(error)
            }
        }) { state.perform($0) }
        guard let outcome else {
            throw EngineError(.libraryFailure, "the engine's thread did not run the work")
        }
        return try outcome.get()
    }

    // Safety: `work`, `isBusy` and `isFinished` are touched only while `mutex` is held.
    private final class State: @unchecked Sendable {
        private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
        private var work: (() -> Void)?
        private var isBusy = false
        private var isFinished = false

        init() {
            pthread_mutex_init(mutex, nil)
            pthread_cond_init(changed, nil)
        }

        deinit {
            pthread_cond_destroy(changed)
            pthread_mutex_destroy(mutex)
            changed.deallocate()
            mutex.deallocate()
        }

        /// Hands work to the thread and waits until it is done.
        func perform(_ body: @escaping () -> Void) {
            pthread_mutex_lock(mutex)
            defer { pthread_mutex_unlock(mutex) }
            while isBusy { pthread_cond_wait(changed, mutex) }
            isBusy = true
            work = body
            pthread_cond_broadcast(changed)
            while work != nil { pthread_cond_wait(changed, mutex) }
            isBusy = false
            pthread_cond_broadcast(changed)
        }

        func finish() {
            pthread_mutex_lock(mutex)
            isFinished = true
            pthread_cond_broadcast(changed)
            pthread_mutex_unlock(mutex)
        }

        /// The thread's life.
        func serve() {
            pthread_mutex_lock(mutex)
            defer { pthread_mutex_unlock(mutex) }
            while !isFinished {
                guard let body = work else {
                    pthread_cond_wait(changed, mutex)
                    continue
                }
                pthread_mutex_unlock(mutex)
                body()
                pthread_mutex_lock(mutex)
                work = nil
                pthread_cond_broadcast(changed)
            }
        }
    }
}
#endif

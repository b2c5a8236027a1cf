#if canImport(Glibc)
import Glibc
#endif

/// Makes idle threads of the training engine sleep instead of spin.
///
/// With a busy neighbour, spinning made a training step three times as long; sleeping costs nothing
/// when the machine is quiet. The OpenMP library reads the setting before `main` runs, so the
/// program starts itself once more with it. A command that answers by the native engine alone has no
/// use for that, and begins 20 ms earlier without.
enum PassiveWaiting {
    private static let variable = "OMP_WAIT_POLICY"

    /// Returns in a process that has the setting; somebody's own setting is left alone.
    static func enter() {
        #if os(Linux) && OneDNN
        let own = getenv(variable)
        guard own == nil || own?.pointee == 0, setenv(variable, "passive", 1) == 0 else { return }
        // Where it fails, the program goes on without: only speed is lost.
        execv("/proc/self/exe", CommandLine.unsafeArgv)
        #endif
    }
}

/// A command that answers images, by engines that one chooses.
protocol AnsweringCommand {
    /// All that it makes.
    var engines: [EngineChoice] { get }
}

extension Bench: AnsweringCommand {}

extension Evaluate: AnsweringCommand {
    var engines: [EngineChoice] { [engineOptions.engine] }
}

extension Predict: AnsweringCommand {
    var engines: [EngineChoice] { [engine.engine] }
}

extension Profile: AnsweringCommand {
    var engines: [EngineChoice] { [.native] }
}

extension Inspect: AnsweringCommand {
    var engines: [EngineChoice] { [.native] }
}

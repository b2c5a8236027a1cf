/// A part of a chain: one step, or paths from one value that join again.
enum Block {
    case step(Step)
    indirect case parallel(Parallel)

    /// Paths that begin with one value and become one.
    struct Parallel {
        var join: Step.Join
        /// Each a chain; an empty one is the value itself.
        var paths: [[Block]]
        /// The step that joins them.
        var step: Step
    }
}

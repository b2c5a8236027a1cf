/// All settings of one exit's threshold while the others stay as they are.
struct ThresholdLine {
    /// A sample that comes as far as the exit, and what becomes of it there.
    struct Arrival {
        let sample: Int32
        /// The first candidate of the exit that lets it leave.
        let entry: Int32
        /// Where it leaves otherwise.
        let later: Int32
        /// What leaving here adds to the number of good answers: -1, 0 or 1.
        let gain: Int32
    }

    /// The exit whose threshold moves.
    let exit: Int
    /// The candidate of each early exit; 0 at ``exit``.
    var vector: [Int32]
    /// In the order in which they leave as the threshold moves.
    var arrivals: [Arrival] = []
    /// How many samples leave at each exit while nobody leaves at ``exit``.
    var exited: [Int]
    /// How many good answers that gives.
    var good = 0
}

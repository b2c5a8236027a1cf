import BranchyNet

/// How often going on made a right answer wrong, and how often leaving early did.
///
/// A network overthinks a sample where an early exit is right and the last one is wrong.
///
/// References: Kaya, Hong, Dumitraș, *Shallow-Deep Networks: Understanding and Mitigating Network
/// Overthinking*, ICML 2019, section 4 (there called destructive).
public struct Overthinking: Hashable, Sendable, Codable {
    /// Samples that the last exit is wrong about and this exit is right about, by early exit.
    public private(set) var byExit: [Int]
    /// Samples that the last exit is wrong about and at least one early exit is right about.
    public private(set) var atAnyExit = 0
    /// Samples that were answered rightly because they left early: the last exit is wrong.
    public private(set) var avoided = 0
    /// Samples that were answered wrongly because they left early: the last exit is right.
    ///
    /// ``avoided`` less this is what leaving early adds to the right answers of the last exit.
    public private(set) var harmed = 0
    /// Samples that were answered wrongly although an exit before the one where they left is right.
    public private(set) var suffered = 0

    init(exitCount: Int) {
        byExit = Array(repeating: 0, count: exitCount - 1)
    }

    mutating func record(
        _ answer: ExitObservation, among exits: ArraySlice<ExitObservation>, label: Int
    ) {
        let isRight = exits.map { $0.predictedClass == label }
        let isFinalRight = isRight[isRight.count - 1]
        let isAnswerRight = answer.predictedClass == label
        if !isFinalRight {
            for exit in byExit.indices where isRight[exit] { byExit[exit] += 1 }
            if isRight.contains(true) { atAnyExit += 1 }
        }
        if isAnswerRight && !isFinalRight { avoided += 1 }
        if !isAnswerRight && isFinalRight { harmed += 1 }
        if !isAnswerRight && isRight[..<answer.exit].contains(true) { suffered += 1 }
    }
}

public import BranchyNet
import RealModule

/// The search for the exits that make a network fastest on average.
///
/// A dynamic programme proposes a choice for each of many prices of a wrong answer. The fastest of them
/// is then changed by one exit at a time (left out, added, put elsewhere or made of something else)
/// as long as that makes it faster. Every choice is judged alike, by ``PlacementProblem/point(of:)``.
public struct PlacementSearch: Sendable {
    /// What was asked.
    public let problem: PlacementProblem
    /// Indices of options, from the image on; empty where no exit is worth having.
    public let choice: [Int]
    /// What the choice comes to on the images that chose it.
    public let point: OperatingPoint
    /// Every choice that was judged, with what it comes to.
    public let judged: [[Int]: OperatingPoint]

    /// An exit has to spare this share of the network's time, or it is left out: less is within what
    /// times vary by from one measurement to the next, and what thresholds gain by being chosen on
    /// the images that judge them.
    public static let leastGain = 0.01

    /// Searches.
    ///
    /// - Parameter observe: told how many choices were judged.
    /// - Throws: what `observe` throws.
    public init(
        _ problem: PlacementProblem, observe: (_ judged: Int) throws -> Void = { _ in }
    ) throws {
        var judge = Judge(problem: problem)
        var (best, choices) = ([Int](), problem.proposedChoices)
        while let better = try judge.fastest(of: choices, than: best, observe) {
            best = better
            choices = problem.neighbours(of: best)
        }
        (self.problem, choice) = (problem, best)
        (point, judged) = (judge.point(of: best), judge.points)
    }
}

/// Judges choices, each once.
private struct Judge {
    let problem: PlacementProblem
    var points: [[Int]: OperatingPoint] = [:]

    mutating func point(of choice: [Int]) -> OperatingPoint {
        let point = points[choice] ?? problem.point(of: choice)
        points[choice] = point
        return point
    }

    /// An exit more is worth having only where it spares enough.
    private mutating func cost(of choice: [Int]) -> Double {
        let least = PlacementSearch.leastGain * problem.wholeSeconds
        return point(of: choice).cost + Double(choice.count) * least
    }

    /// The fastest choice; `nil` where none is faster than another.
    mutating func fastest(
        of choices: [[Int]], than other: [Int], _ observe: (Int) throws -> Void
    ) throws -> [Int]? {
        var (best, least): ([Int]?, Double) = (nil, cost(of: other))
        for choice in choices {
            try observe(points.count)
            let cost = cost(of: choice)
            if cost < least { (best, least) = (choice, cost) }
        }
        return best
    }
}

extension PlacementProblem {
    /// What the dynamic programme finds, from where time is all that counts to where a wrong answer
    /// costs as much as answering a thousand images.
    var proposedChoices: [[Int]] {
        let prices = (-6...20).map { wholeSeconds * .exp2(Double($0) / 2) }
        var choices: [[Int]] = []
        for price in prices {
            let choice = PlacementProgram(self, price: price).best
            if !choices.contains(choice) { choices.append(choice) }
        }
        return choices
    }

    /// The choices that differ from one by an exit.
    func neighbours(of choice: [Int]) -> [[Int]] {
        let without = choice.indices.map { index in
            choice.enumerated().filter { $0.offset != index }.map(\.element)
        }
        let more = ([choice] + without).flatMap { choice in
            options.indices.compactMap { adding($0, to: choice) }
        }
        return without + more
    }

    /// A choice and an option more; `nil` where its place is taken.
    func adding(_ option: Int, to choice: [Int]) -> [Int]? {
        guard !choice.contains(where: { place(of: $0) == place(of: option) }) else { return nil }
        return (choice + [option]).sorted()
    }
}

/// The threshold vectors worth keeping of all that were tried.
///
/// Of vectors that do the same, the one that was tried first stays.
struct BestVectors: Sendable {
    /// A vector, as a place on a line, and what it does.
    struct Entry: Sendable {
        fileprivate(set) var good: Int32 = -1
        /// Summed over the samples.
        fileprivate(set) var cost = Double.infinity
        fileprivate var line: Int32 = 0
        fileprivate var candidate: Int32 = 0

        /// Whether any vector did this.
        var isFilled: Bool { good >= 0 }
    }

    /// The cheapest, by the number of good answers.
    private(set) var cheapest: [Entry]
    /// The one with the most good answers, the cheapest of these, by the number of early exits.
    private(set) var mostGood: [Entry]
    /// The vector of each line and, after it, the exit that varies, one after the other.
    private var lines: [Int32] = []
    private let lineWidth: Int

    init(sampleCount: Int, earlyExitCount: Int) {
        cheapest = Array(repeating: Entry(), count: sampleCount + 1)
        mostGood = cheapest
        lineWidth = earlyExitCount + 1
    }

    /// What is recorded from now on lies on this line.
    mutating func begin(_ line: ThresholdLine) {
        lines.append(contentsOf: line.vector)
        lines.append(Int32(line.exit))
    }

    /// Compares a place on the line with what was found before.
    mutating func record(good: Int, early: Int, cost: Double, candidate: Int32) {
        let rival = mostGood[early]
        let isCheapest = cost < cheapest[good].cost
        guard isCheapest || good > rival.good || (good == rival.good && cost < rival.cost) else {
            return
        }
        let entry = Entry(
            good: Int32(good), cost: cost, line: Int32(lines.count / lineWidth - 1),
            candidate: candidate)
        if isCheapest { cheapest[good] = entry }
        if good > rival.good || (good == rival.good && cost < rival.cost) {
            mostGood[early] = entry
        }
    }

    /// The vectors that no other one beats in both good answers and cost, cheapest first.
    var front: [[Int32]] {
        var front: [[Int32]] = []
        var cost = Double.infinity
        for entry in cheapest.reversed() where entry.cost < cost {
            front.append(vector(of: entry))
            cost = entry.cost
        }
        return front.reversed()
    }

    /// The vector with the most good answers of those with at least so many early exits; the
    /// cheapest of equals, then the one with fewest early exits. `nil` where none has so many.
    func vector(earlyExitsAtLeast count: Int) -> [Int32]? {
        guard count < mostGood.count else { return nil }
        let best = mostGood[max(count, 0)...].filter(\.isFilled).max {
            ($0.good, -$0.cost) < ($1.good, -$1.cost)
        }
        return best.map(vector)
    }

    /// The most early exits that any vector has.
    var mostEarlyExits: Int { mostGood.lastIndex(where: \.isFilled) ?? 0 }

    private func vector(of entry: Entry) -> [Int32] {
        let start = Int(entry.line) * lineWidth
        var vector = Array(lines[start..<start + lineWidth - 1])
        vector[Int(lines[start + lineWidth - 1])] = entry.candidate
        return vector
    }
}

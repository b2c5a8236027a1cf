/// Finds the threshold vectors that give many good answers at little cost.
///
/// What a good answer is, the caller says: a right one, or one that harms nobody. Scores are binned
/// on the candidate grid, so that moving one threshold over all its candidates is one walk through
/// the samples, keeping counts per exit: a vector costs O(exits).
///
/// - With up to four early exits every combination of candidates is tried, up to ``vectorLimit`` of
///   them. With one or two early exits these are all candidates (of 10,000 samples and more), so
///   the front is exact; with three and four an even choice of them, at least 100 for each exit.
/// - With more early exits, coordinate ascent: for a number of prices of cost, each threshold in
///   turn moves to where good answers less priced cost are most, until none moves. Every vector on
///   the way counts. The front is then what was found, not proven best.
///
/// The order in which vectors are tried decides ties: the most cautious first.
struct ThresholdSolver {
    /// How many combinations are tried at most; about as many as two exits have with 11,500
    /// candidates each.
    static let vectorLimit = 1 << 27

    private static let fewestCandidates = 100

    let grid: ThresholdGrid
    private let isGood: [[Bool]]
    private let costOfExit: [Double]
    private(set) var best: BestVectors

    /// Solves.
    ///
    /// - Parameters:
    ///   - isGood: by exit and sample, whether leaving there gives a good answer.
    ///   - costOfExit: by exit.
    ///   - vectorLimit: how many combinations are tried before thresholds are moved one at a time.
    ///   - grid: makes the grid with at most so many candidates for each exit.
    init(
        isGood: [[Bool]], costOfExit: [Double], vectorLimit: Int = Self.vectorLimit,
        grid: (_ limit: Int) -> ThresholdGrid
    ) {
        let earlyExitCount = isGood.count - 1
        let limit = Self.base(ofPower: earlyExitCount, upTo: vectorLimit)
        let isGrid = limit >= Self.fewestCandidates
        self.grid = grid(isGrid ? limit : .max)
        self.isGood = isGood
        self.costOfExit = costOfExit
        best = BestVectors(sampleCount: isGood[0].count, earlyExitCount: earlyExitCount)
        if isGrid { searchGrid() } else { searchCoordinates() }
    }

    /// The largest number whose power does not exceed a limit.
    static func base(ofPower exponent: Int, upTo limit: Int) -> Int {
        guard exponent > 1 else { return limit }
        var base = 1
        while power(base + 1, exponent) <= Double(limit) { base += 1 }
        return base
    }

    private static func power(_ base: Int, _ exponent: Int) -> Double {
        (0..<exponent).reduce(1) { product, _ in product * Double(base) }
    }
}

// MARK: - All combinations

extension ThresholdSolver {
    private mutating func searchGrid() {
        let last = grid.thresholds.count - 1
        var line = ThresholdLine(
            exit: last, vector: Array(repeating: 0, count: last + 1),
            exited: Array(repeating: 0, count: last + 2))
        addArrivals(to: &line, inOrder: order(at: last))
        descend(to: 0, line)
    }

    /// Tries all candidates of an exit and of those behind it.
    private mutating func descend(to exit: Int, _ line: ThresholdLine) {
        guard exit < line.exit else {
            walk(line)
            return
        }
        var line = line
        for candidate in grid.thresholds[exit].indices {
            let hasChanged = leave(at: exit, candidate: Int32(candidate), &line)
            guard hasChanged || candidate == 0 else { continue }
            line.vector[exit] = Int32(candidate)
            descend(to: exit + 1, line)
        }
    }

    /// Lets those leave whom a candidate of an earlier exit lets leave.
    private func leave(at exit: Int, candidate: Int32, _ line: inout ThresholdLine) -> Bool {
        let (entries, here, final) = (grid.entries[exit], isGood[exit], isGood[isGood.count - 1])
        var (count, gain) = (0, 0)
        line.arrivals.removeAll { arrival in
            let sample = Int(arrival.sample)
            guard entries[sample] <= candidate else { return false }
            count += 1
            gain += (here[sample] ? 1 : 0) - (final[sample] ? 1 : 0)
            return true
        }
        line.exited[exit] += count
        line.exited[isGood.count - 1] -= count
        line.good += gain
        return count > 0
    }
}

// MARK: - Coordinate ascent

extension ThresholdSolver {
    private static let priceCount = 48
    private static let passLimit = 8

    private mutating func searchCoordinates() {
        let orders = grid.thresholds.indices.map(order)
        for start in [grid.thresholds.map { _ in Int32(0) }, eagerVector] {
            var vector = start
            for price in prices {
                for _ in 0..<Self.passLimit {
                    let before = vector
                    for exit in vector.indices {
                        vector[exit] = 0
                        var line = ThresholdLine(
                            exit: exit, vector: vector,
                            exited: Array(repeating: 0, count: isGood.count))
                        addArrivals(to: &line, inOrder: orders[exit])
                        vector[exit] = walk(line, price: price)
                    }
                    if vector == before { break }
                }
            }
        }
    }

    private var eagerVector: [Int32] { grid.thresholds.map { Int32($0.count - 1) } }

    /// From what makes one good answer worth all that can be saved, up to where no answer is worth
    /// anything.
    private var prices: [Double] {
        let range = (costOfExit.max() ?? 0) - (costOfExit.min() ?? 0)
        guard range > 0 else { return [0] }
        let least = 1 / (range * Double(grid.sampleCount))
        var (prices, price) = ([0, least], least)
        while prices.count < Self.priceCount {
            price *= 1.25
            prices.append(price)
        }
        return prices + [1e3 / range]
    }
}

// MARK: - One line

extension ThresholdSolver {
    /// The samples in the order in which an exit lets them leave.
    private func order(at exit: Int) -> [Int32] {
        let entries = grid.entries[exit]
        return (0..<Int32(grid.sampleCount)).sorted {
            (entries[Int($0)], $0) < (entries[Int($1)], $1)
        }
    }

    private func addArrivals(to line: inout ThresholdLine, inOrder order: [Int32]) {
        for sample in order {
            // At `line.exit` the candidate is 0, which lets nobody leave.
            let later = grid.exit(of: Int(sample), under: line.vector)
            line.exited[later] += 1
            let isGoodLater = isGood[later][Int(sample)]
            if isGoodLater { line.good += 1 }
            guard later > line.exit else { continue }
            let isGoodHere = isGood[line.exit][Int(sample)]
            line.arrivals.append(
                .init(
                    sample: sample, entry: grid.entries[line.exit][Int(sample)],
                    later: Int32(later), gain: (isGoodHere ? 1 : 0) - (isGoodLater ? 1 : 0)))
        }
    }

    /// Moves the threshold from the most cautious candidate on, recording every place.
    ///
    /// - Returns: the candidate where good answers less priced cost are most.
    @discardableResult
    private mutating func walk(_ line: ThresholdLine, price: Double = 0) -> Int32 {
        best.begin(line)
        var (exited, good) = (line.exited, line.good)
        let never = Int32(grid.thresholds[line.exit].count)
        // Added up from the first exit on, as everywhere, so that equal costs are equal bits.
        let costBefore = (0..<line.exit).reduce(0) { $0 + Double(exited[$1]) * costOfExit[$1] }
        var (candidate, index) = (Int32(0), 0)
        var (chosen, most) = (Int32(0), -Double.infinity)
        while true {
            var cost = costBefore
            for exit in line.exit..<exited.count { cost += Double(exited[exit]) * costOfExit[exit] }
            best.record(
                good: good, early: grid.sampleCount - exited[exited.count - 1], cost: cost,
                candidate: candidate)
            if Double(good) - price * cost > most {
                (chosen, most) = (candidate, Double(good) - price * cost)
            }
            guard index < line.arrivals.count, line.arrivals[index].entry < never else { break }
            candidate = line.arrivals[index].entry
            while index < line.arrivals.count, line.arrivals[index].entry == candidate {
                exited[Int(line.arrivals[index].later)] -= 1
                exited[line.exit] += 1
                good += Int(line.arrivals[index].gain)
                index += 1
            }
        }
        return chosen
    }
}

import BranchyCompute
import BranchyEvaluation
import BranchyNet
import TestSupport
import Testing

/// Exits are put where they make a network fastest, as accurate as is asked for.
struct PlacementSearchTests {
    /// What a choice is worth to the search: an exit more has to spare a share of the time.
    private func worth(_ choice: [Int], _ problem: PlacementProblem) -> Double {
        problem.point(of: choice).cost
            + Double(choice.count) * PlacementSearch.leastGain * problem.wholeSeconds
    }

    /// One or two options at a place: 63 or 80 choices, all of which are judged.
    @Test(arguments: [1, 2], [UInt64(1), 2])
    func noChoiceIsBetterThanTheOneThatIsFound(kinds: Int, seed: UInt64) throws {
        let sample = try PlacementSample.random(
            places: kinds == 1 ? 6 : 4, kinds: kinds, imageCount: 100, seed: seed)
        let problem = sample.problem()
        let search = try PlacementSearch(problem)
        let best = problem.allChoices.map { worth($0, problem) }.min() ?? 0
        // Thresholds of three exits and more are searched, and not proven best.
        #expect(worth(search.choice, problem) <= best * 1.01, "\(search.choice)")
        #expect(search.point.accuracy >= problem.leastAccuracy)
        #expect(search.point.cost < problem.wholeSeconds)
    }

    @Test func noneOfFiftyRandomChoicesIsFaster() throws {
        let search = try PlacementSearch(
            PlacementSample.random(places: 8, kinds: 2, imageCount: 100, seed: 4).problem())
        let points = search.randomPoints(count: 50)
        #expect(points.count == 50)
        #expect(points.allSatisfy { $0.cost >= search.point.cost })
        #expect(points.allSatisfy { $0.exitRates.count == search.choice.count + 1 })
    }

    /// The choice is what the dynamic programme is defined to find, among all there are. A wrong answer
    /// costs as much as an image can be spared, or more, so that none leaves to be answered wrongly.
    @Test(arguments: [1.0, 2, 4, 16])
    func theProgrammeFindsTheBestOfNestedExits(price: Double) throws {
        let problem = try PlacementSample.nested(places: 6, headSeconds: 0.02).problem()
        let costs = problem.allChoices.map { ($0, greedyCost(of: $0, problem, price)) }
        let best = try #require(costs.min { $0.1 < $1.1 })
        let found = PlacementProgram(problem, price: price).best
        // Sums in another order.
        #expect(abs(greedyCost(of: found, problem, price) - best.1) < 1e-9, "\(found), \(best)")
    }

    /// Seconds and priced wrong answers, where at each exit the images leave whom it is surest of, as
    /// many as are best if the others go on to the last exit.
    private func greedyCost(
        of choice: [Int], _ problem: PlacementProblem, _ price: Double
    ) -> Double {
        let times = problem.secondsToExit(of: choice)
        // The easiest images are the first; those that left are a prefix of them.
        let count = problem.sampleCount
        let last = Int((problem.lastAccuracy * Double(count)).rounded())
        var (left, cost) = (0, 0.0)
        for (exit, option) in choice.enumerated() {
            let right = Int((problem.options[option].accuracy * Double(count)).rounded())
            let spared = problem.wholeSeconds - problem.options[option].seconds
            let gain = { (end: Int) in
                Double(end - left) * spared
                    - price * Double(max(0, min(end, last) - max(left, right)))
            }
            let end = (left...count).max { gain($0) < gain($1) } ?? left
            let wrong = max(0, min(end, last) - max(left, right))
            cost += Double(end - left) * times[exit] + price * Double(wrong)
            left = end
        }
        return cost + Double(count - left) * times[choice.count]
    }

    @Test func anExitThatDoesNotEarnItsHeadIsLeftOut() throws {
        let dear = try PlacementSearch(
            PlacementSample.nested(places: 4, headSeconds: 0.5).problem())
        #expect(dear.choice.isEmpty && dear.point.cost == PlacementSample.wholeSeconds)
        #expect(dear.randomPoints(count: 50).isEmpty)
        for verdict in dear.verdicts {
            #expect(!verdict.isChosen && verdict.costs == 0.5)
            #expect(verdict.spares < verdict.costs)
        }
        let cheap = try PlacementSearch(
            PlacementSample.nested(places: 4, headSeconds: 0.01).problem())
        #expect(!cheap.choice.isEmpty)
        for (option, verdict) in cheap.verdicts.enumerated() {
            #expect(verdict.isChosen == cheap.choice.contains(option))
            if verdict.isChosen {
                #expect(verdict.spares - verdict.costs >= PlacementSearch.leastGain)
                #expect(verdict.exitRate > 0)
            } else {
                #expect(verdict.spares - verdict.costs <= PlacementSearch.leastGain)
            }
        }
    }

    @Test func moreLossAllowsMoreSpeed() throws {
        let sample = try PlacementSample.random(places: 5, imageCount: 100, seed: 9)
        let costs = try [0, 0.02, 0.1, 1].map {
            try PlacementSearch(sample.problem(accuracyLoss: $0)).point.cost
        }
        for (one, next) in zip(costs, costs.dropFirst()) {
            // Exits that spare less than the least gain come and go.
            #expect(next <= one + PlacementSearch.leastGain)
        }
        #expect(costs[3] < costs[0])
    }

    @Test func aSearchStopsWhenItIsToldTo() throws {
        struct Stop: Error {}
        let problem = try PlacementSample.random(places: 4, seed: 1).problem()
        #expect(throws: Stop.self) {
            _ = try PlacementSearch(problem) { if $0 > 3 { throw Stop() } }
        }
    }
}

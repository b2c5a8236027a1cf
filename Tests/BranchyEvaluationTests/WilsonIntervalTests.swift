import BranchyEvaluation
import Testing

struct WilsonIntervalTests {
    /// Table I of Newcombe, *Two-Sided Confidence Intervals for the Single Proportion*, 1998, method
    /// 3, which gives four digits.
    @Test(arguments: [
        (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ])
    func agreesWithPublishedNumbers(events: Int, count: Int, low: Double, high: Double) throws {
        let interval = try #require(Estimate(wilson: events, of: count))
        #expect(interval.estimate == Double(events) / Double(count))
        #expect(abs(interval.low - low) < 0.000_05 && abs(interval.high - high) < 0.000_05)
    }

    /// With no event the lower end is 0 and the upper one z²/(n + z²), z² = 3.841,459; where there
    /// are nothing but events it is the other way round.
    @Test func endsAreExactWhereNothingElseWasSeen() throws {
        let none = try #require(Estimate(wilson: 0, of: 10))
        let all = try #require(Estimate(wilson: 10, of: 10))
        #expect(none.estimate == 0 && none.low == 0)
        #expect(abs(none.high - 3.841_459 / 13.841_459) < 1e-7)
        #expect(all.estimate == 1 && all.high == 1)
        #expect(abs(all.low - 10 / 13.841_459) < 1e-7)
    }

    @Test func ofNothingNothingIsSaid() {
        #expect(Estimate(wilson: 0, of: 0) == nil)
    }

    @Test(arguments: 1...40)
    func staysWithinZeroAndOneAndIsSymmetric(count: Int) throws {
        for events in 0...count {
            let interval = try #require(Estimate(wilson: events, of: count))
            let mirrored = try #require(Estimate(wilson: count - events, of: count))
            #expect(interval.low >= 0 && interval.high <= 1)
            #expect(!interval.excludes(interval.estimate))
            // Doubles near 1, subtracted and added a few times.
            #expect(abs(interval.low - (1 - mirrored.high)) < 1e-15 * 8)
        }
    }
}

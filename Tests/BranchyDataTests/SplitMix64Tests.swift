import BranchyData
import Testing

struct SplitMix64Tests {
    // First outputs of the authors' C program, splitmix64.c, for these seeds.
    @Test func givesTheReferenceNumbers() {
        var generator = SplitMix64(seed: 1_234_567)
        #expect(generator.next() == 6_457_827_717_110_365_317)
        #expect(generator.next() == 3_203_168_211_198_807_973)
        #expect(generator.next() == 9_817_491_932_198_370_423)
        var zero = SplitMix64(seed: 0)
        #expect(zero.next() == 0xE220_A839_7B1D_CDAF)
    }

    @Test func eachStreamIsItsOwn() {
        let streams = [
            SplitMix64(seed: 1), SplitMix64(seed: 2), SplitMix64(seed: 1, stream: 0),
            SplitMix64(seed: 1, stream: 1), SplitMix64(seed: 1, stream: 0, 1),
            SplitMix64(seed: 1, stream: 1, 0), SplitMix64(seed: 0, stream: 1),
        ]
        let firsts = streams.map { stream in
            var stream = stream
            return stream.next()
        }
        #expect(Set(firsts).count == streams.count)
    }

    // A change of these numbers would change what the seeds of existing records mean.
    @Test func permutationsStayWhatTheyAre() {
        var generator = SplitMix64(seed: 42, stream: 3)
        #expect(generator.permutation(of: 8) == [7, 6, 1, 4, 2, 0, 3, 5])
    }

    @Test(arguments: [0, 1, 2, 100]) func permutationHoldsEachNumberOnce(count: Int) {
        var generator = SplitMix64(seed: 5)
        #expect(generator.permutation(of: count).sorted() == Array(0..<count))
    }

    // 60,000 draws of six numbers: 10,000 each, standard deviation 91; five of them allowed.
    @Test func integersAreEquallyLikely() {
        var generator = SplitMix64(seed: 11)
        var counts = [Int](repeating: 0, count: 6)
        for _ in 0..<60_000 {
            counts[generator.integer(below: 6)] += 1
        }
        #expect(counts.allSatisfy { abs($0 - 10_000) < 460 })
    }

    /// The beta distribution of two equal parameters α has the mean 1/2 and the variance
    /// 1 / (4 (2 α + 1)). 20,000 draws: five standard deviations of each, at most 0.018.
    @Test(arguments: [1e-6, 0.2, 1, 2, 30, 100.0])
    func sharesFollowTheBetaDistribution(parameter: Double) {
        var generator = SplitMix64(seed: 11)
        let shares = (0..<20_000).map { _ in generator.nextBeta(parameter) }
        let mean = shares.reduce(0, +) / 20_000
        let variance = shares.reduce(0) { $0 + ($1 - 0.5) * ($1 - 0.5) } / 20_000
        let expected = 1 / (4 * (2 * parameter + 1))
        #expect(shares.allSatisfy { (0...1).contains($0) })
        #expect(abs(mean - 0.5) < 5 * (expected / 20_000).squareRoot())
        #expect(abs(variance - expected) < 0.05 * expected)
    }

    /// With a parameter of 1 each share is equally likely. 20,000 draws: 2,000 in each tenth,
    /// standard deviation 42; five of them allowed.
    @Test func sharesOfParameterOneAreEquallyLikely() {
        var generator = SplitMix64(seed: 12)
        var counts = [Int](repeating: 0, count: 10)
        for _ in 0..<20_000 { counts[min(Int(generator.nextBeta(1) * 10), 9)] += 1 }
        #expect(counts.allSatisfy { abs($0 - 2_000) < 212 })
    }

    @Test(arguments: [1, Int.max]) func integersStayBelowTheirBound(bound: Int) {
        var generator = SplitMix64(seed: 3)
        for _ in 0..<100 {
            #expect((0..<bound).contains(generator.integer(below: bound)))
        }
    }
}

/// A small random generator whose numbers depend on a seed and on nothing else.
///
/// Independent streams are derived from a seed and a list of words, such as an epoch and the
/// index of a sample. So a random draw is a function of what it is for, and nothing about
/// randomness has to be saved when a run is interrupted.
///
///     var generator = SplitMix64(seed: 7, stream: epoch, sample)
///     let side = generator.integer(below: 6)
///
/// # References
/// Guy L. Steele Jr., Doug Lea, Christine H. Flood: *Fast Splittable Pseudorandom Number
/// Generators*, OOPSLA 2014, section 5.
public struct SplitMix64: RandomNumberGenerator, Hashable, Sendable {
    private static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15
    private var state: UInt64

    /// The stream of a seed and some words; another number, order or choice of words gives
    /// another stream.
    public init(seed: UInt64, stream: UInt64...) {
        state = seed
        for word in stream {
            self = substream(word)
        }
    }

    /// The stream that a word selects among those of this generator, which stays as it is.
    func substream(_ word: UInt64) -> SplitMix64 {
        var derived = self
        // The word is finalized on its own first: neighbouring words must not give neighbouring
        // states, whose streams would overlap.
        derived.state = Self.finalize(state ^ Self.finalize(word &+ Self.increment))
        return derived
    }

    /// The next 64 random bits.
    public mutating func next() -> UInt64 {
        state &+= Self.increment
        return Self.finalize(state)
    }

    private static func finalize(_ word: UInt64) -> UInt64 {
        var mixed = word
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

// Drawn and shuffled here rather than by the standard library: it does not promise that the same
// bits give the same integer or order in its next version, and a seed in a model's record has to
// mean the same images for as long as the record is kept.
extension SplitMix64 {
    /// A number of `0 ..< bound`, each equally likely.
    ///
    /// - Precondition: `bound` is positive.
    ///
    /// # References
    /// Daniel Lemire: *Fast Random Integer Generation in an Interval*, ACM TOMACS 29, 2019.
    public mutating func integer(below bound: Int) -> Int {
        precondition(bound > 0, "no integer below \(bound)")
        let width = UInt64(bound)
        let threshold = (0 &- width) % width
        while true {
            let product = next().multipliedFullWidth(by: width)
            if product.low >= threshold { return Int(product.high) }
        }
    }

    /// A number of a range, each equally likely.
    mutating func uniform(in range: ClosedRange<Double>) -> Double {
        let unit = Double(next() >> 11) * 0x1p-53
        return range.lowerBound + unit * (range.upperBound - range.lowerBound)
    }

    /// The numbers `0 ..< count` in random order (Fisher and Yates).
    public mutating func permutation(of count: Int) -> [Int] {
        var order = Array(0..<max(0, count))
        for last in order.indices.dropFirst().reversed() {
            order.swapAt(last, integer(below: last + 1))
        }
        return order
    }
}

/// First words of the streams derived from a seed, so that no two purposes share random numbers.
/// The numbers are part of what a seed means: they are never changed or used again.
package enum RandomPurpose: UInt64 {
    case splits = 1
    case order = 2
    case shift = 3
    case initialization = 4
    case dropout = 5
    case bootstrap = 6
    case drawing = 7
    case flip = 8
    case proof = 9
    case turns = 10
    case testCut = 11
    case parts = 12
    case crop = 13
    case jitter = 14
    case erasing = 15
    case mixing = 16
    case placements = 17
}

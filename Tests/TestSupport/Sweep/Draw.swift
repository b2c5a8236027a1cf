/// Sizes, drawn at random for one case of a sweep.
struct Draw {
    private var generator: SeededGenerator

    init(seed: UInt64, number: Int) {
        var mixed = SeededGenerator(seed: seed)
        generator = SeededGenerator(seed: mixed.next() &+ UInt64(number))
        // Neighbouring seeds give neighbouring states; one step sets them apart.
        _ = generator.next()
    }

    mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int.random(in: choices.indices, using: &generator)]
    }

    mutating func flag() -> Bool { .random(using: &generator) }

    /// On both sides of what blocks and vectors hold.
    mutating func channels() -> Int {
        pick(
            Array(1...17)
                + [20, 23, 24, 25, 31, 32, 33, 40, 47, 48, 49, 63, 64, 65, 72, 96, 100, 128])
    }

    /// Height or width of an image.
    mutating func size() -> Int {
        pick(Array(1...18) + [20, 24, 27, 28, 31, 32, 33, 56])
    }

    mutating func batchSize() -> Int { pick([1, 2, 3, 5, 7, 8, 16, 17]) }

    /// Draws until the case is small enough for plain loops.
    mutating func fitting<Sample>(
        _ draw: (inout Draw) -> (sample: Sample, work: Int?), limit: Int = 1 << 21
    ) -> Sample {
        while true {
            let (sample, work) = draw(&self)
            if let work, work <= limit { return sample }
        }
    }
}

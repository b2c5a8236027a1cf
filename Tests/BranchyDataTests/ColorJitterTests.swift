import BranchyCompute
import BranchyData
import BranchyNet
import Testing

struct ColorJitterTests {
    private static let colours: [UInt8] = [
        200, 10, 90, 255, 0, 128,  // red
        40, 250, 90, 255, 0, 64,  // green
        3, 77, 91, 255, 0, 200,  // blue
    ]

    private func loaded(_ jitter: ColorJitter, seed: UInt64 = 3, epoch: Int = 0) throws -> [Float] {
        let dataset = try ImageDataset(
            name: "colours", imageShape: [3, 2, 3], classNames: ["a"],
            pixels: Self.colours + Self.colours, labels: [0, 0])
        let loader = try BatchLoader(
            dataset, preprocessing: Preprocessing(scale: [1, 1, 1], offset: [0, 0, 0]),
            augmentation: Augmentation(maximumShift: 0, jitter: jitter, seed: seed))
        var floats = [Float](repeating: 0, count: 36)
        var span = floats.mutableSpan
        try loader.loadImages([0, 1], epoch: epoch, into: &span)
        return floats
    }

    private func changes(
        _ jitter: ColorJitter, _ samples: Range<Int> = 0..<1_000
    ) throws -> [[ColorJitter.Change]] {
        let augmentation = try Augmentation(maximumShift: 0, jitter: jitter, seed: 3)
        return samples.map { augmentation.colorChanges(epoch: 2, sample: $0) }
    }

    @Test func changesOfNothingLeaveImagesAsTheyAre() throws {
        #expect(try loaded(ColorJitter()) == (Self.colours + Self.colours).map(Float.init))
    }

    /// Brightness is a product, cut off to whole bytes and at 255.
    @Test func eachImageGetsTheFactorOfItsOwn() throws {
        let jitter = try ColorJitter(brightness: 0.5)
        let augmentation = try Augmentation(maximumShift: 0, jitter: jitter, seed: 3)
        var factors: [Float] = []
        let expected = (0..<2).flatMap { sample -> [Float] in
            guard
                case .brightness(let factor)? =
                    augmentation.colorChanges(epoch: 4, sample: sample).first
            else { return [] }
            factors.append(factor)
            return Self.colours.map { min(255, (Float($0) * factor).rounded(.down)) }
        }
        #expect(try loaded(jitter, epoch: 4) == expected)
        #expect(factors.count == 2 && factors[0] != factors[1])
    }

    /// What comes in at the edges stays black, whatever the contrast.
    @Test func coloursChangeBeforeImagesMove() throws {
        let dataset = try ImageDataset(
            name: "gray", imageShape: [1, 3, 3], classNames: ["a"],
            pixels: [UInt8](repeating: 100, count: 9), labels: [0])
        let augmentation = try Augmentation(
            maximumShift: 2, jitter: ColorJitter(contrast: 1), seed: 1)
        let loader = try BatchLoader(
            dataset, preprocessing: Preprocessing(scale: [1], offset: [0]),
            augmentation: augmentation)
        for epoch in 0..<20 {
            var floats = [Float](repeating: 7, count: 9)
            var span = floats.mutableSpan
            try loader.loadImages([0], epoch: epoch, into: &span)
            #expect(floats.allSatisfy { $0 == 0 || $0 == 100 })
        }
    }

    @Test func factorsFillTheirRange() throws {
        for (strength, range) in [(0.4, Float(0.6)...1.4), (3, 0...4)] {
            let factors = try changes(ColorJitter(contrast: strength)).map { changes -> Float in
                guard changes.count == 1, case .contrast(let factor) = changes[0] else {
                    return .nan
                }
                return factor
            }
            let width = range.upperBound - range.lowerBound
            #expect(factors.allSatisfy(range.contains))
            #expect(factors.contains { $0 < range.lowerBound + width / 50 })
            #expect(factors.contains { $0 > range.upperBound - width / 50 })
        }
        let turns = try changes(ColorJitter(hue: 0.1)).map { changes -> Float in
            guard changes.count == 1, case .hue(let turn) = changes[0] else { return .nan }
            return turn
        }
        #expect(turns.allSatisfy { (-0.1...0.1).contains($0) })
        #expect(turns.contains { $0 < -0.09 } && turns.contains { $0 > 0.09 })
    }

    @Test func allOrdersOccur() throws {
        let all = try changes(
            ColorJitter(brightness: 0.1, contrast: 0.1, saturation: 0.1, hue: 0.1))
        let orders = Set(all.map { $0.map { "\($0)".prefix(4) } })
        #expect(all.allSatisfy { $0.count == 4 })
        #expect(orders.count == 24)
    }

    @Test func oneChangeDoesNotDependOnTheOthers() throws {
        let alone = try changes(ColorJitter(saturation: 0.3), 0..<20)
        let among = try changes(ColorJitter(brightness: 1, saturation: 0.3, hue: 0.5), 0..<20)
        for (alone, among) in zip(alone, among) { #expect(among.contains(alone[0])) }
    }

    @Test func dependsOnSeedEpochAndImageAlone() throws {
        let jitter = try ColorJitter(brightness: 0.5, contrast: 0.5, saturation: 0.5, hue: 0.5)
        let first = try loaded(jitter)
        #expect(try loaded(jitter) == first)
        #expect(try loaded(jitter, epoch: 1) != first)
        #expect(try loaded(jitter, seed: 4) != first)
        #expect(first.prefix(18) != first.suffix(18))
    }

    @Test(arguments: [
        (-0.1, 0.0), (10.1, 0), (.nan, 0), (.infinity, 0), (0, -0.1), (0, 0.51), (0, .nan),
    ])
    func refusesStrengthsThatAreNone(strength: Double, hue: Double) {
        for place in 0..<3 {
            let strengths = (0..<3).map { $0 == place ? strength : 0 }
            let error = datasetError {
                _ = try ColorJitter(
                    brightness: strengths[0], contrast: strengths[1], saturation: strengths[2],
                    hue: hue)
            }
            #expect(error?.code == .invalidConfiguration)
        }
    }
}

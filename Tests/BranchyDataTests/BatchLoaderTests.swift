import BranchyCompute
import BranchyData
import BranchyNet
import Testing

struct BatchLoaderTests {
    /// One channel, 3 by 3, pixels 1 to 9.
    private func square() throws -> ImageDataset {
        try ImageDataset(
            name: "square", imageShape: [1, 3, 3], classNames: ["square"],
            pixels: Array(1...9), labels: [0])
    }

    private func images(_ loader: BatchLoader, _ indices: [Int], epoch: Int = 0, room: Int)
        throws -> [Float]
    {
        var floats = [Float](repeating: -99, count: room)
        var span = floats.mutableSpan
        try loader.loadImages(indices[...], epoch: epoch, into: &span)
        return floats
    }

    @Test func scalesEachChannelByItsOwnNumbers() throws {
        let dataset = try ImageDataset(
            name: "hand", imageShape: [2, 1, 2], classNames: ["a", "b"],
            pixels: [0, 255, 0, 255, 10, 20, 10, 20], labels: [0, 1])
        let preprocessing = Preprocessing(scale: [2, 0.5], offset: [1, -1])
        let loader = try BatchLoader(dataset, preprocessing: preprocessing)
        #expect(try images(loader, [1, 0], room: 8) == [21, 41, 4, 9, 1, 511, -1, 126.5])
    }

    @Test func loadsLabelsInTheOrderOfTheBatch() throws {
        let loader = try BatchLoader(
            SampleDataset.numbered(0..<10), preprocessing: Preprocessing(scale: [1], offset: [0]))
        var labels: [Int32] = [-1, -1, -1]
        var span = labels.mutableSpan
        loader.loadLabels([7, 3], into: &span)
        #expect(labels == [7, 3, -1])
    }

    @Test func loadsASplitInShuffledBatches() throws {
        let split = TrainingSplit(try SampleDataset.numbered(0..<10))
        let loader = try BatchLoader(split, preprocessing: Preprocessing(scale: [1], offset: [0]))
        for batch in try IndexBatches.shuffled(
            count: split.count, batchSize: 4, seed: 1, epoch: 0)
        {
            let floats = try images(loader, Array(batch), room: batch.count * 4)
            #expect(floats == batch.flatMap { [Float](repeating: Float($0), count: 4) })
        }
    }

    @Test func leavesTheRestOfTheSpanAsItIs() throws {
        let loader = try BatchLoader(
            SampleDataset.numbered(0..<3), preprocessing: Preprocessing(scale: [1], offset: [0]))
        #expect(try images(loader, [2], room: 6) == [2, 2, 2, 2, -99, -99])
        #expect(try images(loader, [], room: 1) == [-99])
    }

    @Test func standardizesAsMNISTUsuallyIs() throws {
        let preprocessing = Preprocessing(mean: [0.1307], standardDeviation: [0.3081])
        let dataset = try ImageDataset(
            name: "hand", imageShape: [1, 1, 2], classNames: ["a"], pixels: [0, 255], labels: [0])
        let floats = try images(
            try BatchLoader(dataset, preprocessing: preprocessing), [0], room: 2)
        // Two roundings of a number below 4: a few units in the last place.
        let tolerance: Float = 1e-6
        #expect(abs(floats[0] - (-0.1307 / 0.3081)) < tolerance)
        #expect(abs(floats[1] - ((1 - 0.1307) / 0.3081)) < tolerance)
    }

    @Test(
        arguments: [
            ([0.5], [0]), ([0.5, 0.5], [1]), ([0.5], [-1]), ([.nan], [1]), ([0], [.infinity]),
        ] as [([Float], [Float])])
    func refusesPreprocessingThatIsNone(mean: [Float], deviation: [Float]) {
        let error = datasetError {
            _ = try BatchLoader(
                square(),
                preprocessing: Preprocessing(mean: mean, standardDeviation: deviation))
        }
        #expect(error?.code == .invalidConfiguration)
    }

    @Test func refusesPreprocessingOfOtherChannels() throws {
        let rgb = Preprocessing(scale: [1, 1, 1], offset: [0, 0, 0])
        let error = datasetError { _ = try BatchLoader(square(), preprocessing: rgb) }
        #expect(error?.code == .invalidConfiguration)
    }

    /// The square moved by hand, then mirrored; black is pixel 0, which becomes 100.
    private func varied(_ variation: Augmentation.Variation) -> [Float] {
        (0..<9).map { position in
            let column = variation.isMirrored ? 2 - position % 3 : position % 3
            let (row, source) = (position / 3 - variation.rows, column - variation.columns)
            let isInside = (0..<3).contains(row) && (0..<3).contains(source)
            return 100 + (isInside ? Float(row * 3 + source + 1) : 0)
        }
    }

    @Test func variesByHand() throws {
        let augmentation = try Augmentation(maximumShift: 1, flips: true, seed: 1)
        let loader = try BatchLoader(
            square(), preprocessing: Preprocessing(scale: [1], offset: [0]),
            augmentation: augmentation)
        for (variation, expected) in [
            (Augmentation.Variation(rows: 1, columns: 0), [0, 0, 0, 1, 2, 3, 4, 5, 6]),
            (.init(rows: -1, columns: -1), [5, 6, 0, 8, 9, 0, 0, 0, 0]),
            (.init(rows: 0, columns: 0, isMirrored: true), [3, 2, 1, 6, 5, 4, 9, 8, 7]),
            (.init(rows: 0, columns: 1, isMirrored: true), [2, 1, 0, 5, 4, 0, 8, 7, 0]),
        ] as [(Augmentation.Variation, [Float])] {
            let epoch = try #require(
                (0..<400).first { augmentation.variation(epoch: $0, sample: 0) == variation })
            #expect(try images(loader, [0], epoch: epoch, room: 9) == expected)
        }
    }

    // A maximum beyond the image's size moves some images out of sight altogether.
    @Test(arguments: [0, 1, 2, 3, 5], [false, true])
    func variesInEveryWay(maximum: Int, flips: Bool) throws {
        let augmentation = try Augmentation(maximumShift: maximum, flips: flips, seed: 4)
        let loader = try BatchLoader(
            square(), preprocessing: Preprocessing(scale: [1], offset: [100]),
            augmentation: augmentation)
        for epoch in 0..<200 {
            let variation = augmentation.variation(epoch: epoch, sample: 0)
            #expect(try images(loader, [0], epoch: epoch, room: 9) == varied(variation))
        }
    }

    /// All channels of an image vary alike.
    @Test func channelsStayTogether() throws {
        let dataset = try ImageDataset(
            name: "hand", imageShape: [3, 1, 2], classNames: ["a"],
            pixels: [1, 2, 11, 12, 21, 22], labels: [0])
        let augmentation = try Augmentation(maximumShift: 0, flips: true, seed: 1)
        let loader = try BatchLoader(
            dataset, preprocessing: Preprocessing(scale: [1, 1, 1], offset: [0, 0, 0]),
            augmentation: augmentation)
        let found = Set(try (0..<50).map { try images(loader, [0], epoch: $0, room: 6) })
        #expect(found == [[1, 2, 11, 12, 21, 22], [2, 1, 12, 11, 22, 21]])
    }
}

extension Preprocessing {
    /// Makes `byte * scale + offset` of a byte, exactly for the numbers that tests use.
    init(scale: [Float], offset: [Float]) {
        let deviation = scale.map { 1 / (255 * $0) }
        self.init(
            mean: zip(offset, deviation).map { -$0 * $1 }, standardDeviation: deviation)
    }
}

struct AugmentationTests {
    @Test func dependsOnSeedEpochAndSampleAlone() throws {
        let augmentation = try Augmentation(maximumShift: 500, seed: 1)
        let other = try Augmentation(maximumShift: 500, seed: 2)
        let variation = augmentation.variation(epoch: 3, sample: 5)
        #expect(variation == augmentation.variation(epoch: 3, sample: 5))
        #expect(variation != augmentation.variation(epoch: 5, sample: 3))
        #expect(variation != augmentation.variation(epoch: 3, sample: 6))
        #expect(variation != other.variation(epoch: 3, sample: 5))
    }

    @Test func drawsEveryShiftWithinItsMaximumAndNoOther() throws {
        let augmentation = try Augmentation(maximumShift: 2, seed: 9)
        let variations = Set((0..<2000).map { augmentation.variation(epoch: 0, sample: $0) })
        #expect(variations.count == 25)
        #expect(
            variations.allSatisfy { abs($0.rows) <= 2 && abs($0.columns) <= 2 && !$0.isMirrored })
    }

    @Test func mirrorsHalfOfTheImagesWhateverTheirShift() throws {
        let shifts = try Augmentation(maximumShift: 4, seed: 3)
        let both = try Augmentation(maximumShift: 4, flips: true, seed: 3)
        var mirrored = 0
        for sample in 0..<10_000 {
            var variation = both.variation(epoch: 2, sample: sample)
            mirrored += variation.isMirrored ? 1 : 0
            variation.isMirrored = false
            #expect(variation == shifts.variation(epoch: 2, sample: sample))
        }
        // Four standard deviations of 10,000 tosses of a coin.
        #expect(abs(mirrored - 5_000) <= 200)
    }

    @Test(arguments: [(-1, false), (0, true), (1024, true), (1025, false), (Int.max, false)])
    func acceptsSensibleMaximaOnly(maximum: Int, isAccepted: Bool) {
        let error = datasetError { _ = try Augmentation(maximumShift: maximum, seed: 0) }
        #expect((error == nil) == isAccepted)
    }
}

import BranchyCompute
import BranchyData
import BranchyNet
import Testing

/// Ten images of 1x4x6, whose pixels are all the image's number times ten; one class each.
struct BatchMixingTests {
    private func batches(
        _ mixing: BatchMixing?, of epoch: Int = 0, _ indices: [[Int]]
    ) throws -> [LoadedBatch] {
        let dataset = try ImageDataset(
            name: "tens", imageShape: [1, 4, 6], classNames: (0..<10).map { "\($0)" },
            pixels: (0..<10).flatMap { [UInt8](repeating: $0 * 10, count: 24) },
            labels: Array(0..<10))
        let loader = try BatchLoader(
            dataset, preprocessing: Preprocessing(scale: [1], offset: [0]))
        var stream = BatchStream(indices.map { $0[...] }, of: epoch, from: loader, mixing: mixing)
        var batches: [LoadedBatch] = []
        while let batch = try stream.next() { batches.append(batch) }
        return batches
    }

    /// The pixels of each image of a batch.
    private func images(_ batch: LoadedBatch) -> [ArraySlice<Float>] {
        (0..<batch.count).map { batch.images[$0 * 24..<($0 + 1) * 24] }
    }

    /// Each is blended with the one before it, the first with the last.
    @Test func mixupBlendsImagesAndNamesBothClasses() throws {
        let mixing = try BatchMixing(mixup: 1, seed: 5)
        let batch = try batches(mixing, [[2, 9, 4]])[0]
        let partners = try #require(batch.partners)
        let share = partners.ownShare
        #expect(batch.labels == [2, 9, 4])
        #expect(partners.labels == [4, 2, 9])
        #expect(share > 0.05 && share < 0.95)
        for (image, (own, other)) in zip(images(batch), [(20, 40), (90, 20), (40, 90)]) {
            // Two products and a sum below 100, each rounded: some units of 4e-6.
            let expected = share * Float(own) + (1 - share) * Float(other)
            #expect(image.allSatisfy { abs($0 - expected) < 2e-5 })
        }
    }

    /// The same rectangle in all, whose share of the area is the partner's.
    @Test func cutMixPutsARectangleOfThePartnerInEachImage() throws {
        let mixing = try BatchMixing(cutMix: 1, seed: 5)
        var shares: Set<Float> = []
        for epoch in 0..<50 {
            let batch = try batches(mixing, of: epoch, [[2, 9, 4]])[0]
            let partners = try #require(batch.partners)
            let inFirst = images(batch)[0].map { $0 == 40 }
            let places = inFirst.indices.filter { inFirst[$0] }
            let (rows, columns) = (Set(places.map { $0 / 6 }), Set(places.map { $0 % 6 }))
            #expect(partners.labels == [4, 2, 9])
            #expect(places.count == rows.count * columns.count)
            #expect(rows.count == (rows.max() ?? -1) - (rows.min() ?? 0) + 1)
            #expect(partners.ownShare == Float(1 - Double(places.count) / 24))
            for (image, (own, other)) in zip(images(batch), [(20, 40), (90, 20), (40, 90)]) {
                #expect(Array(image) == inFirst.map { Float($0 ? other : own) })
            }
            shares.insert(partners.ownShare)
        }
        #expect(shares.count > 4)
    }

    /// Rectangles of the whole, the half and nothing: at a large parameter all shares are near a
    /// half, at a small one near 0 or 1.
    @Test func theParameterSaysHowMuchIsMixed() throws {
        func shares(_ mixing: BatchMixing) throws -> [Float] {
            try (0..<200).map { try batches(mixing, of: $0, [[1, 2]])[0].partners?.ownShare ?? -1 }
        }
        let even = try shares(BatchMixing(mixup: 100, seed: 1))
        #expect(even.allSatisfy { abs($0 - 0.5) < 0.2 })
        let sparse = try shares(BatchMixing(mixup: 1e-9, seed: 1))
        #expect(sparse.allSatisfy { $0 < 1e-6 || $0 > 1 - 1e-6 })
        // 200 times: 100, standard deviation 7; five of them allowed.
        #expect(abs(sparse.count { $0 > 0.5 } - 100) < 36)
    }

    /// The share 1 is no mixing, to the bit; the share 0 puts the partner in an image's place.
    @Test func shareOfOneLeavesImagesAsTheyAre() throws {
        let indices = [[3, 1, 2]]
        let plain = try batches(nil, indices)[0]
        #expect(plain.partners == nil)
        var (whole, swapped) = (0, 0)
        for mixing in [
            try BatchMixing(mixup: 1e-9, seed: 1), try BatchMixing(cutMix: 1e-9, seed: 1),
        ] {
            for epoch in 0..<30 {
                let batch = try batches(mixing, of: epoch, indices)[0]
                guard let share = batch.partners?.ownShare else { continue }
                if share == 1 {
                    whole += 1
                    #expect(batch.images == plain.images)
                } else if share == 0 {
                    swapped += 1
                    let partners = try batches(nil, [[2, 3, 1]])[0]
                    #expect(batch.images == partners.images)
                }
            }
        }
        #expect(whole > 5 && swapped > 5)
    }

    /// An image alone is its own partner.
    @Test func imageAloneStaysWhatItIs() throws {
        for mixing in [try BatchMixing(mixup: 1, seed: 1), try BatchMixing(cutMix: 1, seed: 1)] {
            let batch = try batches(mixing, [[7]])[0]
            #expect(batch.partners?.labels == [7])
            #expect(batch.images.allSatisfy { abs($0 - 70) < 2e-5 })
        }
    }

    /// Where both are asked for each batch gets one of them. A blend of 0 and 90 has one number, and
    /// with CutMix there are but these two. 200 times: 100, standard deviation 7; five allowed.
    @Test func eachBatchGetsOneOfBoth() throws {
        let mixing = try BatchMixing(mixup: 1, cutMix: 1, seed: 5)
        let blends = try (0..<200).count { epoch in
            let batch = try batches(mixing, of: epoch, [[0, 9]])[0]
            return !batch.images.allSatisfy { $0 == 0 || $0 == 90 }
        }
        #expect(abs(blends - 100) < 36)
    }

    @Test func dependsOnSeedEpochAndFirstImageAlone() throws {
        let indices = [[3, 1, 2], [9, 0, 5], [7, 8, 4], [6]]
        let mixing = try BatchMixing(mixup: 0.4, cutMix: 1, seed: 5)
        let all = try batches(mixing, of: 3, indices)
        #expect(try batches(mixing, of: 3, indices) == all)
        // As a run does that goes on in the middle of an epoch.
        #expect(try batches(mixing, of: 3, Array(indices[2...])) == Array(all[2...]))
        #expect(try batches(mixing, of: 4, indices) != all)
        #expect(
            try batches(BatchMixing(mixup: 0.4, cutMix: 1, seed: 6), of: 3, indices) != all)
        let blends = try batches(BatchMixing(mixup: 0.4, seed: 5), indices)
        #expect(Set(blends.map { $0.partners?.ownShare }).count == 4)
    }

    @Test(arguments: [
        (0.0, 0.0), (-0.1, 1), (1, -0.1), (100.1, 0), (0, 100.1), (.nan, 1), (1, .nan),
        (.infinity, 0),
    ])
    func refusesParametersThatAreNone(mixup: Double, cutMix: Double) {
        let error = datasetError {
            _ = try BatchMixing(mixup: mixup, cutMix: cutMix, seed: 0)
        }
        #expect(error?.code == .invalidConfiguration)
    }
}

import BranchyCompute
import BranchyData
import BranchyNet
import Testing

struct BatchStreamTests {
    private let batches: [[Int]] = [[3, 1, 2], [9, 0, 5], [7, 8, 4], [6]]

    private func loader() throws -> BatchLoader {
        try BatchLoader(
            SampleDataset.numbered(0..<10), preprocessing: Preprocessing(scale: [2], offset: [1]),
            augmentation: Augmentation(maximumShift: 1, flips: true, seed: 5))
    }

    @Test func givesWhatTheLoaderGives() throws {
        let loader = try loader()
        for epoch in 0..<20 {
            var stream = BatchStream(batches.map { $0[...] }, of: epoch, from: loader)
            for indices in batches {
                var images = [Float](repeating: 0, count: indices.count * 4)
                var span = images.mutableSpan
                try loader.loadImages(indices[...], epoch: epoch, into: &span)
                let batch = try stream.next()
                #expect(batch?.images == images)
                #expect(batch?.labels == indices.map { Int32($0 % 10) })
                #expect(batch?.count == indices.count)
            }
            let end = try stream.next()
            #expect(end == nil)
        }
    }

    /// Batches that are kept are not written over by those that follow.
    @Test func batchesMayBeKept() throws {
        var stream = BatchStream(batches.map { $0[...] }, of: 0, from: try loader())
        var kept: [LoadedBatch] = []
        while let batch = try stream.next() { kept.append(batch) }
        #expect(kept.map(\.labels) == batches.map { $0.map(Int32.init) })
        #expect(Set(kept.map(\.images)).count == 4)
    }

    @Test func mayBeLeftBeforeItsEnd() throws {
        for _ in 0..<100 {
            var stream = BatchStream(batches.map { $0[...] }, of: 0, from: try loader())
            let first = try stream.next()
            #expect(first?.count == 3)
        }
    }

    @Test func holdsNothingWhereThereAreNoBatches() throws {
        var stream = BatchStream([], of: 0, from: try loader())
        let batch = try stream.next()
        #expect(batch == nil)
    }
}

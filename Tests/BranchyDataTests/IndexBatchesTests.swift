import BranchyData
import Testing

struct IndexBatchesTests {
    private func shuffled(seed: UInt64 = 1, epoch: Int = 0) throws -> [Int] {
        try IndexBatches.shuffled(count: 10, batchSize: 4, seed: seed, epoch: epoch).flatMap { $0 }
    }

    @Test func lastBatchIsShort() throws {
        let batches = try IndexBatches.inOrder(count: 10, batchSize: 4)
        #expect(batches.map(Array.init) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]])
    }

    @Test(arguments: [(0, 4, 0), (1, 4, 1), (4, 4, 1), (5, 4, 2), (8, 4, 2), (3, Int.max, 1)])
    func thereAreAsManyAsNeeded(count: Int, batchSize: Int, batches: Int) throws {
        let found = try IndexBatches.inOrder(count: count, batchSize: batchSize)
        #expect(found.count == batches)
        #expect(found.flatMap { $0 } == Array(0..<count))
    }

    @Test func shufflingLeavesNothingOut() throws {
        #expect(try shuffled().sorted() == Array(0..<10))
    }

    @Test func orderDependsOnSeedAndEpoch() throws {
        #expect(try shuffled() == shuffled())
        #expect(try shuffled() != shuffled(epoch: 1))
        #expect(try shuffled() != shuffled(seed: 2))
    }

    @Test func anEpochCanBeResumed() throws {
        let batches = try IndexBatches.shuffled(count: 10, batchSize: 4, seed: 1, epoch: 3)
        #expect(Array(batches.dropFirst(2).joined()) == Array(batches[2]))
    }

    @Test(arguments: [0, -1]) func refusesBatchesOfNothing(batchSize: Int) {
        let error = datasetError {
            _ = try IndexBatches.inOrder(count: 3, batchSize: batchSize)
        }
        #expect(error?.code == .invalidConfiguration)
    }
}

import BranchyCompute
import BranchyData
import Testing

struct DrawnDigitsTests {
    @Test func sameSeedGivesTheSameImages() throws {
        let (first, second) = (
            try DrawnDigits.load(trainCount: 40, testCount: 20, seed: 3),
            try DrawnDigits.load(trainCount: 40, testCount: 20, seed: 3)
        )
        #expect(first.train.checksum == second.train.checksum)
        #expect(first.test.checksum == second.test.checksum)
        let other = try DrawnDigits.load(trainCount: 40, testCount: 20, seed: 4)
        #expect(first.train.checksum != other.train.checksum)
    }

    @Test func anImageDoesNotDependOnHowManyThereAre() throws {
        let few = try DrawnDigits.load(trainCount: 10, testCount: 0).train
        let many = try DrawnDigits.load(trainCount: 50, testCount: 0).train
        #expect(try many.prefix(10).checksum == few.checksum)
    }

    @Test func noTestImageIsATrainingImage() throws {
        let parts = try DrawnDigits.load(trainCount: 300, testCount: 300)
        let training = Set(try (0..<300).map { Array(try parts.train.pixels(at: $0)) })
        let test = Set(try (0..<300).map { Array(try parts.test.pixels(at: $0)) })
        #expect(training.count == 300)
        #expect(test.count == 300)
        #expect(training.isDisjoint(with: test))
    }

    /// 3,000 draws of ten classes: 300 expected, a standard deviation of 16.4; six of them either
    /// way.
    @Test func everyDigitIsDrawnAboutAsOften() throws {
        let labels = try DrawnDigits.load(trainCount: 3_000, testCount: 0).train.labels
        for digit in 0..<10 {
            #expect((200...400).contains(labels.count { $0 == digit }))
        }
    }

    @Test func imagesHaveInkAndPaper() throws {
        let images = try DrawnDigits.load(trainCount: 500, testCount: 0).train
        #expect(images.imageShape == [1, 28, 28])
        for index in 0..<images.count {
            let inked = try images.pixels(at: index).count { $0 > 100 }
            #expect((10...450).contains(inked), "image \(index)")
        }
    }

    @Test(arguments: [-1, DrawnDigits.countLimit + 1, .max])
    func absurdCountsAreRefused(count: Int) {
        let failure = #expect(throws: DatasetError.self) {
            try DrawnDigits.load(trainCount: count, testCount: 1)
        }
        #expect(failure?.code == .invalidConfiguration)
    }
}

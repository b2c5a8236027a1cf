import BranchyCompute
import BranchyData
import Testing

struct DatasetSplitsTests {
    private func splits(seed: UInt64 = 7, validation: Int = 20, calibration: Int = 30) throws
        -> DatasetSplits
    {
        try DatasetSplits(
            train: SampleDataset.numbered(0..<200), test: SampleDataset.numbered(200..<240),
            validationCount: validation, calibrationCount: calibration, seed: seed)
    }

    private func numbers(_ split: some DataSplit) throws -> [UInt8] {
        try (0..<split.count).compactMap { try split.pixels(at: $0).first }
    }

    @Test func areDisjointAndCoverTheTrainingPart() throws {
        let splits = try splits()
        let parts = try [
            numbers(splits.training), numbers(splits.validation), numbers(splits.calibration),
        ]
        #expect(parts.map(\.count) == [150, 20, 30])
        #expect(parts.joined().sorted() == Array(0..<200))
    }

    @Test func leaveTheTestPartWhole() throws {
        #expect(try numbers(splits().test) == Array(200..<240))
    }

    @Test func keepEachLabelWithItsImage() throws {
        let calibration = try splits().calibration
        for index in 0..<calibration.count {
            let number = try #require(try calibration.pixels(at: index).first)
            #expect(calibration.label(at: index) == Int(number) % 10)
        }
    }

    @Test func dependOnTheSeedAlone() throws {
        #expect(try splits().calibration.checksum == splits().calibration.checksum)
        #expect(try splits().calibration.checksum != splits(seed: 8).calibration.checksum)
    }

    @Test func mayLeaveValidationAndCalibrationEmpty() throws {
        let splits = try splits(validation: 0, calibration: 0)
        #expect(splits.training.count == 200)
        #expect(splits.validation.count == 0)
        #expect(splits.calibration.count == 0)
    }

    @Test func leaveAtLeastOneImageToTrainOn() throws {
        #expect(try splits(validation: 100, calibration: 99).training.count == 1)
    }

    @Test(arguments: [
        (100, 100), (201, 0), (0, 200), (-1, 0), (0, -1), (Int.max, Int.max), (Int.min, 1),
    ])
    func refuseCountsThatLeaveNothing(validation: Int, calibration: Int) {
        let error = datasetError {
            _ = try splits(validation: validation, calibration: calibration)
        }
        #expect(error?.code == .invalidSplit)
    }

    @Test func refuseTheTrainingPartAsTestPart() throws {
        let part = try SampleDataset.numbered(0..<10)
        let error = datasetError {
            _ = try DatasetSplits(
                train: part, test: part, validationCount: 1, calibrationCount: 1, seed: 0)
        }
        #expect(error?.code == .invalidSplit)
    }

    @Test func refusePartsOfDifferentClasses() throws {
        let other = try ImageDataset(
            name: "other", imageShape: [1, 2, 2], classNames: ["cat"], pixels: [], labels: [])
        let error = datasetError {
            _ = try DatasetSplits(
                train: SampleDataset.numbered(0..<10), test: other, validationCount: 1,
                calibrationCount: 1, seed: 0)
        }
        #expect(error?.code == .invalidSplit)
    }

    @Test func areNamedByTheirPurpose() {
        #expect(TrainingSplit.splitName == "training")
        #expect(ValidationSplit.splitName == "validation")
        #expect(CalibrationSplit.splitName == "calibration")
        #expect(TestSplit.splitName == "test")
    }
}

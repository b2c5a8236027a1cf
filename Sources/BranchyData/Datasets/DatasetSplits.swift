/// The four disjoint splits of a data set that comes as a training and a test part.
///
/// Validation and calibration are cut out of the training part; the test part is left whole. The
/// images of a split stand in random order, so that the first `n` of them are a random sample.
public struct DatasetSplits: Sendable {
    /// What is left of the training part.
    public let training: TrainingSplit
    /// `validationCount` images of the training part.
    public let validation: ValidationSplit
    /// `calibrationCount` images of the training part.
    public let calibration: CalibrationSplit
    /// The test part, in its own order.
    public let test: TestSplit

    /// Cuts a data set; equal arguments give equal splits.
    ///
    /// - Parameters:
    ///   - train: the training part.
    ///   - test: the test part.
    ///   - validationCount: how many images of the training part are for validation.
    ///   - calibrationCount: how many are for calibration.
    ///   - trainingCount: how many of the others are trained on; `nil` for all.
    ///   - seed: of the order in which images are dealt out.
    /// - Throws: ``DatasetError`` of code `invalidSplit` if the counts leave no image to train
    ///   on, or the two parts do not belong together or are the same images.
    public init(
        train: ImageDataset, test: ImageDataset, validationCount: Int, calibrationCount: Int,
        trainingCount: Int? = nil, seed: UInt64
    ) throws {
        try Self.check(train, belongsWith: test)
        try Self.check(validationCount, calibrationCount, leaveSomeOf: train)
        var generator = SplitMix64(seed: seed, stream: RandomPurpose.splits.rawValue)
        let order = generator.permutation(of: train.count)
        let held = validationCount + calibrationCount
        self.validation = ValidationSplit(try train.subset(Array(order[..<validationCount])))
        self.calibration = CalibrationSplit(
            try train.subset(Array(order[validationCount..<held])))
        let rest = order[held...].prefix(max(1, trainingCount ?? .max))
        self.training = TrainingSplit(try train.subset(Array(rest)))
        self.test = TestSplit(test)
    }

    private static func check(_ train: ImageDataset, belongsWith test: ImageDataset) throws {
        guard train.imageShape == test.imageShape, train.classNames == test.classNames else {
            throw DatasetError(
                .invalidSplit,
                "the training part \(train.name) has \(train.classNames.count) classes of "
                    + "\(train.imageShape) images and the test part \(test.name) "
                    + "\(test.classNames.count) of \(test.imageShape); expected the same classes "
                    + "and shape")
        }
        guard train.checksum != test.checksum else {
            throw DatasetError(
                .invalidSplit,
                "\(train.name): the training part and the test part are the same images; expected "
                    + "test images that nothing was learnt from")
        }
    }

    private static func check(
        _ validationCount: Int, _ calibrationCount: Int, leaveSomeOf train: ImageDataset
    ) throws {
        // Subtracted rather than added: absurd counts cannot overflow this.
        guard (0...train.count).contains(validationCount),
            (0...train.count).contains(calibrationCount),
            train.count - validationCount > calibrationCount
        else {
            throw DatasetError(
                .invalidSplit,
                "\(train.name): \(validationCount) validation and \(calibrationCount) calibration "
                    + "images asked of \(train.count); expected no negative count and at least "
                    + "one image left to train on")
        }
    }
}

import TestSupport

/// Training on a folder of random images, a second long: 160 to learn from, of which 100 choose
/// thresholds (fewer are refused), and forty to test on, of ten classes.
enum SampleRun {
    /// What makes it fit so few images.
    static let settings = [
        "--set", "batchSize=8", "--set", "data.validationImages=5", "--set",
        "data.calibrationImages=100",
    ]

    static func writeImages(to folder: String) throws {
        let images = SampleImages(count: 200)
        for index in 0..<200 {
            let split = index < 160 ? "train" : "test"
            _ = try write(
                images.png(index), to: "\(split)/class\(index % 10)/\(index).png", in: folder)
        }
    }
}

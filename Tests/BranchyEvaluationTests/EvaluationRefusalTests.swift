import BranchyCompute
import BranchyData
import BranchyEvaluation
import BranchyNet
import Testing

struct EvaluationRefusalTests {
    private struct Stopped: Error {}

    private func split(_ shape: Shape, classes: Int) throws -> TestSplit {
        TestSplit(
            try ImageDataset(
                name: "other", imageShape: shape, classNames: (0..<classes).map(String.init),
                pixels: [UInt8](repeating: 0, count: shape.elementCount), labels: [0]))
    }

    @Test(arguments: [([1, 2, 1], 2), ([1, 1, 3], 2), ([1, 1, 2], 3), ([1, 1, 2], 1)])
    func refusesImagesOfAnotherKind(dimensions: [Int], classes: Int) throws {
        let predictor = try SampleImages.predictor(threshold: 0.3)
        let other = try split(Shape(dimensions), classes: classes)
        let error = #expect(throws: NetworkError.self) {
            try Evaluation(
                of: predictor, on: other, preprocessing: SampleImages.preprocessing)
        }
        #expect(
            error?.message
                == "other has \(classes) classes of images of shape \(Shape(dimensions)), but the "
                + "network 'tiny' expects 2 of 1x1x2")
    }

    @Test func refusesPreprocessingOfOtherChannels() throws {
        let predictor = try SampleImages.predictor(threshold: 0.3)
        let data = try SampleImages.split()
        let error = #expect(throws: DatasetError.self) {
            try Evaluation(
                of: predictor, on: data,
                preprocessing: Preprocessing(mean: [0, 0], standardDeviation: [1, 1]))
        }
        #expect(error?.code == .invalidConfiguration)
    }

    @Test func tellsHowFarItIs() throws {
        let predictor = try SampleImages.predictor(threshold: 0.3)
        let data = try SampleImages.split()
        var reports: [[Int]] = []
        _ = try Evaluation(
            of: predictor, on: data, preprocessing: SampleImages.preprocessing, limit: 3
        ) { done, count in
            reports.append([done, count])
        }
        #expect(reports == [[1, 3], [2, 3], [3, 3]])
    }

    @Test func stopsWhereTheObserverThrows() throws {
        let predictor = try SampleImages.predictor(threshold: 0.3)
        let data = try SampleImages.split()
        var done = 0
        #expect(throws: Stopped.self) {
            try Evaluation(
                of: predictor, on: data, preprocessing: SampleImages.preprocessing
            ) { count, _ in
                done = count
                if count == 2 { throw Stopped() }
            }
        }
        #expect(done == 2)
    }
}

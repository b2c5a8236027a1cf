import BranchyCompute
import BranchyNet
import Dispatch
import Synchronization
import TestSupport
import Testing

/// On the reference engine; numbers are compared bit for bit.
struct ImageClassifierTests {
    private let model: TrainedModel
    private let classifier: ImageClassifier
    private let images: [[UInt8]]

    init() throws {
        model = try ModelFolderSample.model(
            policy: .thresholds(PredictorSample().mixedPolicy()))
        classifier = try ImageClassifier(model, engine: ReferenceEngine())
        var generator = SeededGenerator(seed: 3)
        images = (0..<40).map { _ in
            (0..<36).map { _ in UInt8.random(in: 0...255, using: &generator) }
        }
    }

    @Test func answersAsItsPredictorDoes() throws {
        #expect(classifier.labels == model.classNames)
        #expect(classifier.inputShape == [1, 6, 6])
        let predictor = try Predictor(model, engine: ReferenceEngine())
        var exits: Set<Int> = []
        for pixels in images {
            let image = try model.preprocessing.image(of: pixels, shape: [1, 6, 6])
            let expected = try predictor.predict(image)
            let answer = try classifier.classify(pixels: pixels)
            #expect(answer.prediction == expected)
            #expect(try classifier.classify(image) == answer)
            #expect(answer.label == model.classNames[expected.predictedClass])
            #expect(answer.exit == expected.exit)
            #expect(answer.logits == expected.logits)
            exits.insert(answer.exit)
        }
        #expect(exits.count > 1)
    }

    @Test func namesWhatEveryExitSays() throws {
        for pixels in images {
            let said = try classifier.classifyAtEveryExit(pixels: pixels)
            #expect(said.map(\.exit) == Array(0..<model.network.exitCount))
            let answer = try classifier.classify(pixels: pixels)
            #expect(said[answer.exit] == answer)
            #expect(said.allSatisfy { $0.label == model.classNames[$0.prediction.predictedClass] })
        }
    }

    @Test func ranksItsClasses() throws {
        let answer = try classifier.classify(pixels: images[0])
        let top = answer.top(10)
        #expect(top.count == 4)
        #expect(top.first?.label == answer.label)
        #expect(top.first?.probability == answer.probability)
        #expect(top.map(\.probability) == answer.prediction.probabilities.sorted(by: >))
        #expect(top.map(\.label) == top.map { model.classNames[$0.classIndex] })
        #expect(answer.top(2) == Array(top.prefix(2)))
        #expect(answer.top(0).isEmpty && answer.top(-1).isEmpty)
    }

    @Test(arguments: [-1, 1, 2, 8, 100]) func aBatchIsAnsweredInOrder(threads: Int) throws {
        let expected = try images.map { try classifier.classify(pixels: $0) }
        #expect(try classifier.classify(pixels: images, threads: threads) == expected)
        #expect(try classifier.classify(pixels: [] as [[UInt8]], threads: threads).isEmpty)
    }

    /// Of several that are wrong the first, whichever thread finds which.
    @Test(arguments: [1, 2, 8]) func aBatchNamesTheImageThatIsWrong(threads: Int) throws {
        var images = images
        for index in [17, 18, 30] { images[index] = [1, 2] }
        for _ in 0..<20 {
            let failure = #expect(throws: BatchError.self) {
                try classifier.classify(pixels: images, threads: threads)
            }
            #expect(failure?.index == 17)
            #expect((failure?.error as? NetworkError)?.code == .shapeMismatch)
            #expect(
                failure?.description
                    == "image 17: an image of 2 bytes, expected the shape 1x6x6")
        }
    }

    @Test func threadsShareAClassifier() throws {
        let expected = try images.map { try classifier.classify(pixels: $0) }
        let wrong = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
            for turn in images.indices {
                let index = (turn + 5 * thread) % images.count
                let answer = try? classifier.classify(pixels: images[index])
                if answer != expected[index] { wrong.withLock { $0 += 1 } }
            }
        }
        #expect(wrong.withLock { $0 } == 0)
    }

    @Test func takesAnotherPolicy() throws {
        let late = try classifier.with(policy: FixedExitPolicy(exit: 2))
        #expect(try late.classify(pixels: images[0]).exit == 2)
        #expect(throws: PolicyError.self) {
            try classifier.with(policy: FixedExitPolicy(exit: 3))
        }
    }

    /// Every segment has run once before the first image comes.
    @Test func isWarmWhenItIsMade() throws {
        let engine = CountingEngine()
        _ = try ImageClassifier(model, engine: engine)
        #expect(engine.runs.map(\.segment) == [0, 1, 2, 3, 4])
    }

    @Test func refusesModelsThatAreNone() throws {
        var model = model
        model.policy = nil
        #expect(throws: PolicyError.self) { try ImageClassifier(model, engine: ReferenceEngine()) }
        model = self.model
        model.classNames = ["one"]
        #expect(throws: ModelError.self) { try ImageClassifier(model, engine: ReferenceEngine()) }
    }
}

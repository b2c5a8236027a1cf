import BranchyChecksum
import BranchyEvaluation
import BranchyNet
import BranchyReport
import BranchyTraining
import BranchyWorkflow
import Foundation
import NativeEngine
import TestSupport
import Testing

/// What the command does, done by a program. Models are not trained: nothing here depends on what
/// they answer.
struct WorkflowTests {
    private func engine() throws -> NativeEngine { try NativeEngine() }

    @Test func aCalibrationIsKeptWithTheModel() throws {
        try SampleRun.whileThere { folder in
            var tasks: [String] = []
            let observer = WorkflowObserver { event in
                if case .images(let task, let done, let count) = event, done == count {
                    tasks.append(task)
                }
            }
            let result = try folder.calibrate(
                for: .earlyExitRate(atLeast: 0.5), engine: engine(), observer: observer)
            let model = try folder.read(digest: Checksum.sha256)
            #expect(model.calibration == result.record)
            #expect(model.policy == result.choices[0].policy)
            #expect(result.record.chosen.earlyExitRate >= 0.5)
            #expect(result.record.samples == 400)
            #expect(tasks == ["recording", "measuring"])
        }
    }

    @Test func anObjectiveThatCannotBeNamesTheNearest() throws {
        try SampleRun.whileThere { folder in
            let before = try folder.read(digest: Checksum.sha256)
            #expect {
                _ = try folder.calibrate(for: .accuracy(atLeast: 1), engine: engine())
            } throws: { error in
                "\(error)".contains("accuracy of at least 100.00 % on the 400 calibration images")
            }
            #expect(try folder.read(digest: Checksum.sha256) == before)
        }
    }

    @Test func aCertificateIsVerifiedByTheSameImages() throws {
        try SampleRun.whileThere { folder in
            let guarantee = Guarantee(loss: .harm, maximumLoss: 0.2, confidence: 0.9)
            let result = try folder.certify([guarantee], engine: engine())
            #expect(result.certificate.guarantee == guarantee)
            let verification = try folder.verify(on: .calibrationImages) { _ in try engine() }
            #expect(verification.checks.map(\.verdict) == [.kept])
            #expect(!verification.isRefuted)
            let onDigits = try folder.verify(on: .datasets(["digits"])) { _ in try engine() }
            #expect(onDigits.checks.count == 1)
        }
    }

    @Test func nothingToGuaranteeIsAnError() throws {
        try SampleRun.whileThere { folder in
            #expect(throws: CalibrationError.self) {
                _ = try folder.certify([], engine: engine())
            }
        }
    }

    @Test(arguments: [
        Guarantee(loss: .disagreement, maximumLoss: 0.1, confidence: 0.9),
        Guarantee(loss: .harm, maximumLoss: 0.1, confidence: 0.8),
        Guarantee(loss: .harm, maximumLoss: 0, confidence: 0.9),
        Guarantee(loss: .harm, maximumLoss: .nan, confidence: 0.9),
    ])
    func guaranteesThatCannotHoldTogetherAreRefused(other: Guarantee) throws {
        try SampleRun.whileThere { folder in
            let first = Guarantee(loss: .harm, maximumLoss: 0.2, confidence: 0.9)
            #expect(throws: CalibrationError.self) {
                _ = try folder.certify([first, other], engine: engine())
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(!names.contains("certificate.json"))
        }
    }

    @Test(arguments: [0, -1]) func aBranchOfNoConvolutionIsRefused(depth: Int) throws {
        try withTemporaryFolder { folder in
            #expect(throws: NetworkError.self) {
                _ = try BranchDepthStudy.conduct(
                    .bLeNet, depths: [depth], in: folder, inference: engine()
                ) { _ in try engine() }
            }
        }
    }

    @Test func aRecipeForAnotherNetworkIsRefused() throws {
        try withTemporaryFolder { folder in
            let run = TrainingRun(.bLeNet, recipe: try SampleRun.recipe(of: .leNet))
            let error = #expect(throws: TrainingError.self) {
                _ = try run.train(into: folder + "/run") { _ in try engine() }
            }
            #expect(error?.code == .invalidRecipe)
        }
    }

    @Test func anEvaluationComparesOnTheSameImages() throws {
        try SampleRun.whileThere { folder in
            try withTemporaryFolder { plain in
                try SampleRun.write(.leNet, to: plain)
                var options = EvaluationOptions()
                (options.limit, options.latencyImages, options.baseline) = (50, 10, plain)
                let report = try folder.evaluate(options, engine: engine())
                #expect(report.evaluation.samples == 50)
                #expect(report.evaluation.exitRates.reduce(0, +) == 1)
                #expect(report.latency?.images == 10)
                #expect(report.baseline?.name == "lenet")
                #expect(report.fault == nil)
            }
        }
    }

    @Test func anotherPolicyAnswersWhereItIsHandedIn() throws {
        try SampleRun.whileThere { folder in
            var options = EvaluationOptions()
            (options.limit, options.latencyImages) = (20, 0)
            let report = try folder.evaluate(options, engine: engine()) { model, engine in
                try Predictor(
                    network: model.network, parameters: model.parameters,
                    policy: FixedExitPolicy(exit: 0), engine: engine)
            }
            #expect(report.evaluation.exitRates == [1, 0])
        }
    }

    @Test func aReportIsAPageOfTheModel() throws {
        try SampleRun.whileThere { folder in
            var options = ReportOptions()
            options.latencyImages = 0
            let page = try folder.makeReport(options, engine: engine())
            #expect(page.html.contains("b-lenet on digits"))
        }
    }

    @Test func thresholdsAreStudiedOneExitAtATime() throws {
        try SampleRun.whileThere { folder in
            let study = try folder.studyThresholds(limit: 100, engine: engine())
            #expect(study.samples == 100)
            #expect(study.rows.first?.exitRate == 0)
            #expect(study.rows.last?.exitRate == 1)
        }
    }
}

struct StoppingTests {
    @Test func anObserverStopsAWorkflowAndTheModelStays() throws {
        try SampleRun.whileThere { folder in
            let before = try folder.read(digest: Checksum.sha256)
            var count = 0
            let observer = WorkflowObserver(isStopped: {
                count += 1
                return count > 1
            })
            #expect(throws: Interrupted.self) {
                _ = try folder.calibrate(engine: NativeEngine(), observer: observer)
            }
            #expect(try folder.read(digest: Checksum.sha256) == before)
        }
    }

    @Test func aCancelledTaskStopsAWorkflow() async throws {
        let task = Task {
            // Cancelled before it begins, since the task that it is made by waits for it.
            withUnsafeCurrentTask { $0?.cancel() }
            try SampleRun.whileThere { folder in
                #expect(throws: Interrupted.self) {
                    _ = try folder.calibrate(engine: NativeEngine())
                }
            }
        }
        try await task.value
    }
}

#if OneDNN
import BranchyChecksum
import BranchyNet
import BranchyTraining
import BranchyWorkflow
import OneDNNEngine
import TestSupport
import Testing

/// Trainings by a program, of 600 drawn digits for one epoch.
struct TrainingRunTests {
    private func run() throws -> TrainingRun {
        var run = TrainingRun(.bLeNet, recipe: try SampleRun.recipe())
        run.threads = 1
        return run
    }

    @Test func aRunEndsInAModelAndTellsOfItsSteps() throws {
        try withTemporaryFolder { path in
            var (steps, epochs) = (0, 0)
            let observer = WorkflowObserver { event in
                switch event {
                case .trained(.step): steps += 1
                case .trained(.epoch): epochs += 1
                default: break
                }
            }
            let summary = try run().train(into: path + "/run", observer: observer) {
                try OneDNNEngine(threads: $0)
            }
            let model = try ModelFolder(path + "/run").read(digest: Checksum.sha256)
            #expect(summary.validationAccuracy == model.provenance.validationAccuracy)
            #expect(summary.epochs == 1 && epochs == 1)
            // 600 images in batches of the recipe's size.
            let batch = try SampleRun.recipe().batchSize
            #expect(steps == (600 + batch - 1) / batch)
        }
    }

    /// What suits the folder is worked out again before it is compared with what was kept.
    @Test func aFinishedRunOnAFolderIsLeftAsItIs() throws {
        try withTemporaryFolder { path in
            for number in 0..<40 {
                let pixels = [UInt8](repeating: UInt8(6 * number), count: 40 * 36)
                let image = SampleBytes.png(pixels, width: 40, height: 36, channels: 1)
                try write(image, to: "pictures/\(number % 2)/\(number).png", in: path)
            }
            var recipe = try Recipe.standard(for: .bPhoto)
            recipe.epochs = 1
            var run = TrainingRun(
                .bPhoto, recipe: recipe, on: DataSource("folder:" + path + "/pictures"))
            (run.threads, run.side) = (1, 32)
            try run.trainOnce(into: path + "/run") { try OneDNNEngine(threads: $0) }
            let model = try ModelFolder(path + "/run").read(digest: Checksum.sha256)
            try run.trainOnce(into: path + "/run") { _ in
                Issue.record("a finished run was trained again")
                return try OneDNNEngine(threads: 1)
            }
            #expect(try ModelFolder(path + "/run").read(digest: Checksum.sha256) == model)
        }
    }

    @Test func aStoppedRunGoesOnToTheSameModel() throws {
        try withTemporaryFolder { path in
            var count = 0
            let observer = WorkflowObserver(isStopped: {
                count += 1
                return count > 2
            })
            #expect(throws: Interrupted.self) {
                try run().train(into: path + "/stopped", observer: observer) {
                    try OneDNNEngine(threads: $0)
                }
            }
            for (folder, resuming) in [("/stopped", true), ("/whole", false)] {
                _ = try run().train(into: path + folder, resuming: resuming) {
                    try OneDNNEngine(threads: $0)
                }
            }
            let models = try ["/stopped", "/whole"].map {
                try ModelFolder(path + $0).read(digest: Checksum.sha256)
            }
            #expect(models[0].parameters == models[1].parameters)
        }
    }

    /// Until the last of the added epochs is done, the model that is there is the one before.
    @Test func addedEpochsEndAsIfTheRecipeHadThem() throws {
        try withTemporaryFolder { path in
            let folder = ModelFolder(path + "/run")
            try run().train(into: folder.path) { try OneDNNEngine(threads: $0) }
            try folder.calibrate(engine: OneDNNEngine(threads: 1))
            let before = try folder.read(digest: Checksum.sha256)
            #expect(before.calibration != nil)
            var longer = try run()
            longer.addedEpochs = 2
            var count = 0
            let observer = WorkflowObserver(isStopped: {
                count += 1
                return count > 2
            })
            #expect(throws: Interrupted.self) {
                try longer.train(into: folder.path, resuming: true, observer: observer) {
                    try OneDNNEngine(threads: $0)
                }
            }
            #expect(try folder.read(digest: Checksum.sha256) == before)
            var notes: [String] = []
            let listener = WorkflowObserver { event in
                if case .note(let text) = event { notes.append(text) }
            }
            let summary = try longer.train(
                into: folder.path, resuming: true, observer: listener
            ) { try OneDNNEngine(threads: $0) }
            #expect(summary.epochs == 3)
            #expect(notes.contains { $0.contains("`branchynet calibrate \(folder.path)` chooses") })
            var whole = try run()
            whole.recipe?.addedEpochs = [2]
            try whole.train(into: path + "/whole") { try OneDNNEngine(threads: $0) }
            let after = try folder.read(digest: Checksum.sha256)
            #expect(try ModelFolder(path + "/whole").read(digest: Checksum.sha256) == after)
            #expect(after.provenance.epochs == 3 && after.calibration == nil)
        }
    }

    @Test func whatIsTrainedIsTrainedOnce() throws {
        try withTemporaryFolder { path in
            let folder = path + "/run"
            try run().trainOnce(into: folder) { try OneDNNEngine(threads: $0) }
            try run().trainOnce(into: folder) { _ in
                Issue.record("nothing is left to train")
                return try OneDNNEngine(threads: 1)
            }
            var other = try run()
            other.recipe?.seed = 2
            #expect(throws: TrainingError.self) {
                try other.trainOnce(into: folder) { try OneDNNEngine(threads: $0) }
            }
        }
    }
}
#endif

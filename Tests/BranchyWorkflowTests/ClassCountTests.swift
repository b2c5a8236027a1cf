#if OneDNN
import BranchyChecksum
import BranchyCompute
import BranchyData
import BranchyNet
import BranchyTraining
import BranchyWorkflow
import OneDNNEngine
import TestSupport
import Testing

/// Built-in networks on data of other numbers of classes than ten: noise in IDX files.
struct ClassCountTests {
    /// 300 images of 28x28, whose labels are in turn those of so many classes.
    private func writeImages(classes: Int, to folder: String) throws -> String {
        var generator = SplitMix64(seed: 3)
        let pixels = (0..<300 * 784).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let images = try write(SampleBytes.idx([300, 28, 28], pixels), to: "images", in: folder)
        let labels = try write(
            SampleBytes.idx([300], (0..<300).map { UInt8($0 % classes) }), to: "labels", in: folder)
        return "idx:\(images),\(labels)"
    }

    private func run(on dataset: String, _ network: BranchedNetwork = .bLeNet) throws -> TrainingRun
    {
        var recipe = try Recipe.standard(for: network)
        (recipe.epochs, recipe.batchSize) = (1, 64)
        recipe.data.validationImages = 20
        recipe.data.calibrationImages = 100
        var run = TrainingRun(network, recipe: recipe, on: DataSource(dataset))
        run.threads = 1
        return run
    }

    private func notes(of body: (WorkflowObserver) throws -> Void) rethrows -> [String] {
        var notes: [String] = []
        try body(
            WorkflowObserver { event in
                if case .note(let text) = event { notes.append(text) }
            })
        return notes
    }

    @Test(arguments: [4, 26]) func theNetworkTakesTheNumberOfClassesFromTheData(
        count: Int
    ) throws {
        try withTemporaryFolder { path in
            let dataset = try writeImages(classes: count, to: path)
            let notes = try notes { observer in
                _ = try run(on: dataset).train(into: path + "/run", observer: observer) {
                    try OneDNNEngine(threads: $0)
                }
            }
            #expect(
                notes == [
                    "note: idx:images has no files to test on: 45 of its 300 images (15 %), drawn "
                        + "with a fixed seed, are kept for the test",
                    "note: idx:images has \(count) classes: the last layer of each exit of b-lenet "
                        + "has \(count) outputs instead of 10",
                ])
            let model = try ModelFolder(path + "/run").read(digest: Checksum.sha256)
            #expect(model.network == BranchedNetwork.bLeNet.classifying(count))
            #expect(model.classNames == (0..<count).map { String($0) })
            #expect(model.parameters["linear2.weight"]?.shape == [count, 84])
        }
    }

    @Test func aRunGoesOnAndBeginsFromAModelOfItsClasses() throws {
        try withTemporaryFolder { path in
            let dataset = try writeImages(classes: 4, to: path)
            var count = 0
            let observer = WorkflowObserver(isStopped: {
                count += 1
                return count > 1
            })
            #expect(throws: Interrupted.self) {
                try run(on: dataset).train(into: path + "/run", observer: observer) {
                    try OneDNNEngine(threads: $0)
                }
            }
            _ = try run(on: dataset).train(into: path + "/run", resuming: true) {
                try OneDNNEngine(threads: $0)
            }
            // As the paper has it: the plain network first.
            _ = try run(on: dataset, .leNet).train(into: path + "/plain") {
                try OneDNNEngine(threads: $0)
            }
            var second = try run(on: dataset)
            second.start = path + "/plain"
            try second.trainOnce(into: path + "/second") { try OneDNNEngine(threads: $0) }
            try second.trainOnce(into: path + "/second") { _ in
                Issue.record("nothing is left to train")
                return try OneDNNEngine(threads: 1)
            }
            let model = try ModelFolder(path + "/second").read(digest: Checksum.sha256)
            #expect(model.network.classCount == 4)
            let recipe = try Recipe.standard(for: model.network)
            #expect(recipe == (try Recipe.standard(for: .bLeNet)))
        }
    }

    @Test func aDescribedNetworkStaysAsItIsWritten() throws {
        try withTemporaryFolder { path in
            let dataset = try writeImages(classes: 4, to: path)
            var network = BranchedNetwork.bLeNet
            network.name = "own"
            #expect {
                _ = try run(on: dataset, network).train(into: path + "/run") {
                    try OneDNNEngine(threads: $0)
                }
            } throws: {
                "\($0)".contains("has 4 classes, but the network 'own' has 10")
            }
        }
    }
}
#endif

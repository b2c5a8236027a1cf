import BranchyChecksum
import BranchyCompute
import BranchyData
import BranchyNet
import BranchyTraining
import BranchyWorkflow
import Foundation
import NativeEngine
import TestSupport
import Testing

#if OneDNN
import OneDNNEngine

/// Exits on a trained network, from the network that came in to the same files again.
struct FrozenRunTests {
    /// A plain LeNet, and the same with a branch.
    private static func whileBranched(
        _ body: (_ plain: ModelFolder, _ branched: ModelFolder, _ folder: String) throws -> Void
    ) throws {
        try SampleRun.whileThere(try BranchedNetwork.named("lenet")) { plain in
            try withTemporaryFolder { folder in
                let branched = ModelFolder(folder + "/branched")
                try plain.branch(at: ["conv1"], head: .linear, into: branched.path)
                try body(plain, branched, folder)
            }
        }
    }

    private static func run(_ model: ModelFolder) throws -> TrainingRun {
        var run = try TrainingRun(of: model.path, freezing: .trunk)
        var recipe = Recipe.heads(of: try model.read())
        (recipe.dataset, recipe.epochs) = ("digits", 2)
        recipe.data.trainingImages = 300
        (recipe.data.validationImages, recipe.data.calibrationImages) = (100, 400)
        run.recipe = recipe
        run.threads = 1
        return run
    }

    private static func train(_ run: TrainingRun, into output: String, resuming: Bool = false)
        throws
    {
        try run.train(
            into: output, resuming: resuming, inference: { try NativeEngine() },
            engine: { try OneDNNEngine(threads: $0) })
    }

    @Test func branchTrainCalibrateStripGivesBackWhatCameIn() throws {
        try Self.whileBranched { plain, branched, folder in
            let output = ModelFolder(folder + "/run")
            try Self.train(try Self.run(branched), into: output.path)
            let (before, after) = (try branched.read(), try output.read(digest: Checksum.sha256))
            #expect(after.provenance.epochs == 2 && after.provenance.validationAccuracy.count == 2)
            for (name, tensor) in after.parameters {
                let isBranch = name.hasPrefix("branch1.")
                #expect((tensor == before.parameters[name]) != isBranch, "\(name)")
            }
            // Features are of this run alone, and it is done.
            #expect(
                try FolderContents(output.path).names == [
                    "checkpoint.safetensors", "history.csv", "manifest.json", "model.json",
                    "network.json", "parameters.safetensors", "recipe.yaml", "run.json",
                    "trunk.json",
                ])
            try output.calibrate(engine: NativeEngine())
            #expect(try output.read().policy != nil)
            try output.strip(into: folder + "/back")
            #expect(try FolderContents(folder + "/back") == FolderContents(plain.path))
        }
    }

    @Test func aRunGoesOnAndEndsInTheSameBytesAndFeaturesMayBeKept() throws {
        try Self.whileBranched { _, branched, folder in
            var run = try Self.run(branched)
            run.data.cache = folder + "/cache"
            try Self.train(run, into: folder + "/whole")
            let kept = try FolderContents(folder + "/cache")
            #expect(kept.names.count == 2 && kept.names.allSatisfy { $0.hasSuffix(".features") })
            var steps = 0
            #expect(throws: Interrupted.self) {
                try run.train(
                    into: folder + "/part",
                    observer: WorkflowObserver(
                        report: { if case .trained(.step) = $0 { steps += 1 } },
                        isStopped: { steps >= 3 }),
                    inference: { try NativeEngine() }, engine: { try OneDNNEngine(threads: $0) })
            }
            run.recipe = nil
            try Self.train(run, into: folder + "/part", resuming: true)
            for name in ["parameters.safetensors", "history.csv", "recipe.yaml", "trunk.json"] {
                #expect(
                    try FolderContents(folder + "/part").files[name]
                        == FolderContents(folder + "/whole").files[name], "\(name)")
            }
            #expect(try FolderContents(folder + "/cache") == kept)
        }
    }

    /// A network of other classes: its last layer, and branches, begin anew for the digits.
    @Test(arguments: [BranchHead?.none, .linear, .twoScale])
    func exitsBeginAnewForNewClasses(head: BranchHead?) throws {
        let network = try #require(BranchedNetwork.named("lenet").classifying(7))
        try withTemporaryFolder { folder in
            let plain = ModelFolder(folder + "/plain")
            try plain.write(
                TrainedModel(
                    network: network, parameters: try .initial(for: network, seed: 1),
                    preprocessing: Preprocessing(mean: [0.5], standardDeviation: [0.25]),
                    classNames: (0..<7).map { "kind \($0)" },
                    provenance: Provenance(
                        dataset: "elsewhere", trainingChecksum: "", validationChecksum: "",
                        calibrationChecksum: "", seed: 0, epochs: 0, initialChecksum: nil,
                        engine: "another", precision: "float32", validationAccuracy: [])),
                digest: Checksum.sha256)
            var start = plain
            if let head {
                start = ModelFolder(folder + "/branched")
                try plain.branch(at: ["conv1"], head: head, share: 1, into: start.path)
            }
            var run = try Self.run(start)
            let output = ModelFolder(folder + "/run")
            if head != nil {
                // Of the model's classes, the digits are none.
                let error = #expect(throws: DatasetError.self) {
                    try Self.train(run, into: folder + "/none")
                }
                #expect(error?.message.contains("--new-classes begins its exits anew") == true)
            }
            run.recipe?.newClasses = true
            try Self.train(run, into: output.path)
            let (before, after) = (try start.read(), try output.read(digest: Checksum.sha256))
            #expect(after.network == before.network.classifying(10))
            #expect(after.classNames.count == 10)
            let trained = Set(try after.network.exitParameters())
            #expect(trained.contains { !$0.hasPrefix("branch1.") })
            for (name, tensor) in after.parameters {
                #expect((tensor == before.parameters[name]) != trained.contains(name), "\(name)")
            }
            guard head != nil else { return }
            // What branches come off from is the network of the new classes.
            try output.strip(into: folder + "/back")
            let back = try ModelFolder(folder + "/back").read(digest: Checksum.sha256)
            #expect(back.network == network.classifying(10) && back.classNames == after.classNames)
            #expect(back.parameters.allSatisfy { $0.tensor == after.parameters[$0.name] })
        }
    }

    @Test func whatHasNoTrunkOrAnotherOneIsRefused() throws {
        try Self.whileBranched { plain, branched, folder in
            let output = folder + "/run"
            // A plain model has no branches; a network alone has no trunk.
            var run = try Self.run(plain)
            #expect(throws: TrainingError.self) { try Self.train(run, into: output) }
            run = try Self.run(branched)
            run.start = nil
            #expect(throws: TrainingError.self) { try Self.train(run, into: output) }
            // Pictures are prepared as the trunk knows them.
            run = try Self.run(branched)
            run.recipe?.data.mean = [0.5]
            let fault = #expect(throws: TrainingError.self) { try Self.train(run, into: output) }
            #expect(fault?.message.contains("prepared otherwise") == true)
            // A backbone that was edited since branches were put on.
            let trunk = try branched.contents(of: "trunk.json", limit: 1 << 20)
            var model = try branched.read()
            model.parameters["conv1.bias"] = Tensor(repeating: 1, [5])
            let edited = ModelFolder(folder + "/edited")
            try edited.write(
                model, attachments: ["trunk.json": trunk], digest: Checksum.sha256)
            let error = #expect(throws: ModelError.self) {
                try Self.train(try Self.run(edited), into: output + "2")
            }
            #expect(error?.message.contains("trained or edited since") == true)
        }
    }
}
#endif

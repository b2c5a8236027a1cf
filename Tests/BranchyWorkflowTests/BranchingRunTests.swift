import BranchyChecksum
import BranchyCompute
import BranchyNet
import BranchyTraining
import BranchyWorkflow
import Foundation
import NativeEngine
import TestSupport
import Testing

#if OneDNN
import OneDNNEngine
#endif

/// Exits on a model that is trained change none of its answers, and come off again.
struct BranchingRunTests {
    /// A network of each way to join paths, with what is hoisted, fused and cut across branch points.
    private static let paths = BranchedNetwork("paths", inputShape: [3, 16, 16], classCount: 5) {
        Conv2D("stem", inputChannels: 3, outputChannels: 24, kernelSize: 3, padding: 1)
        BatchNorm2D("bn", channels: 24)
        ReLU()
        MaxPool2D(kernelSize: 2, stride: 2)
        Parallel("fire", join: .concatenate) {
            Path {
                Conv2D("left", inputChannels: 24, outputChannels: 16, kernelSize: 1)
                SiLU()
            }
            Path {
                Conv2D("right", inputChannels: 24, outputChannels: 16, kernelSize: 3, padding: 1)
            }
        }
        HardSwish()
        Parallel("squeeze", join: .multiply) {
            Path {}
            Path {
                GlobalAveragePool2D(keepsDimensions: true)
                Conv2D("fc", inputChannels: 32, outputChannels: 32, kernelSize: 1)
                Sigmoid()
            }
        }
        Conv2D(
            "depthwise", inputChannels: 32, outputChannels: 32, kernelSize: 3, stride: 2,
            padding: 1,
            groups: 32)
        ReLU()
        AveragePool2D(kernelSize: 2, stride: 2)
        GlobalAveragePool2D()
        Linear("last", inputFeatures: 32, outputFeatures: 5)
    }

    private static let networks =
        [paths] + BranchedNetwork.known.filter { $0.exitCount == 1 }

    private static func engines() throws -> [any Engine] {
        var engines: [any Engine] = [
            try NativeEngine(), try NativeEngine(precision: .bfloat16),
        ]
        #if OneDNN
        engines.append(try OneDNNEngine(threads: 1))
        #endif
        return engines
    }

    private func write(_ network: BranchedNetwork, to folder: String) throws {
        try ModelFolder(folder).write(
            TrainedModel(
                network: network, parameters: try .initial(for: network, seed: 3, by: .he),
                preprocessing: Preprocessing(
                    mean: Array(repeating: 0.5, count: network.inputShape[0]),
                    standardDeviation: Array(repeating: 0.25, count: network.inputShape[0])),
                classNames: (0..<network.classCount).map { "class \($0)" },
                provenance: Provenance(
                    dataset: "elsewhere", trainingChecksum: "", validationChecksum: "",
                    calibrationChecksum: "", seed: 0, epochs: 7, initialChecksum: nil,
                    engine: "another", precision: "float32", validationAccuracy: [0.5])),
            attachments: ["history.csv": Array("epoch\n".utf8)], digest: Checksum.sha256)
    }

    private func answers(_ model: TrainedModel, _ engine: any Engine) throws -> [UInt32] {
        let last = model.network.exitCount - 1
        let predictor = try Predictor(
            network: model.network, parameters: model.parameters,
            policy: FixedExitPolicy(exit: last), engine: engine)
        var generator = SeededGenerator(seed: 5)
        let bytes = (0..<model.network.inputShape.elementCount).map { _ in
            UInt8.random(in: 0...255, using: &generator)
        }
        let image = try model.preprocessing.image(of: bytes, shape: model.network.inputShape)
        return try predictor.predictAtEveryExit(image)[last].logits.map(\.bitPattern)
    }

    /// At several places at once, on every engine. A share of all the work lets every head in but
    /// where the network is smaller than one.
    @Test(arguments: networks, BranchHead.allCases)
    func theLastExitAnswersWhatThePlainNetworkDoes(
        network: BranchedNetwork, head: BranchHead
    ) throws {
        try withTemporaryFolder { folder in
            let plain = ModelFolder(folder + "/plain")
            try write(network, to: plain.path)
            let points = try network.branchPoints().filter { min($0.shape[1], $0.shape[2]) > 1 }
            for parity in 0...1 {
                let names = points.map(\.name).reduce(into: [String]()) {
                    if $0.last != $1 { $0.append($1) }
                }.enumerated().filter { $0.offset % 8 == parity * 3 }.map(\.element)
                let output = "\(folder)/\(parity)"
                try plain.branch(at: names, head: head, share: 1, into: output)
                let branched = try ModelFolder(output).read()
                #expect(branched.network.exitCount == names.count + 1)
                for engine in try Self.engines() {
                    #expect(
                        try answers(branched, engine) == answers(plain.read(), engine),
                        "\(engine.name) \(names)")
                }
            }
        }
    }

    @Test func stripGivesBackEveryFileWhateverWasChangedSince() throws {
        try withTemporaryFolder { folder in
            let plain = ModelFolder(folder + "/plain")
            try write(Self.paths, to: plain.path)
            // A manifest that names a file otherwise.
            var model = try plain.read()
            model.provenance.epochs = 8
            try plain.update(model, digest: Checksum.sha256)
            #expect(try FolderContents(plain.path).names.contains("model.2.json"))
            let summary = try plain.branch(
                at: ["fire", "stem"], head: .twoScale, share: 1, into: folder + "/b")
            #expect(summary.exits.map(\.behind) == ["stem", "fire"])
            #expect(summary.exits.allSatisfy { $0.headShare > 0 } && summary.worstCase > 1)
            let branched = ModelFolder(folder + "/b")
            var trained = try branched.read(digest: Checksum.sha256)
            #expect(trained.policy == nil && trained.classNames == model.classNames)
            trained.policy = .thresholds(ThresholdPolicy(thresholds: [0.1, 0.2]))
            try branched.update(trained, digest: Checksum.sha256)
            try branched.strip(into: folder + "/back")
            #expect(try FolderContents(folder + "/back") == FolderContents(plain.path))
        }
    }

    @Test func nothingIsWrittenOverAndAnotherBackboneIsNotGivenBack() throws {
        try withTemporaryFolder { folder in
            let plain = ModelFolder(folder + "/plain")
            try write(Self.paths, to: plain.path)
            let before = try FolderContents(plain.path)
            for output in [plain.path, folder] {
                #expect(throws: ModelError.self) { try plain.branch(at: ["stem"], into: output) }
            }
            let file = try TestSupport.write([1], to: "file", in: folder + "/other")
            #expect(throws: ModelError.self) { try plain.branch(at: ["stem"], into: file) }
            #expect(throws: ModelError.self) { try plain.strip(into: folder + "/back") }
            #expect(try FolderContents(plain.path) == before)

            try plain.branch(at: ["stem"], head: .linear, share: 1, into: folder + "/b")
            let branched = ModelFolder(folder + "/b")
            #expect(throws: ModelError.self) { try branched.strip(into: plain.path) }
            #expect(throws: NetworkError.self) {
                try branched.branch(at: ["fire"], into: folder + "/bb")
            }
            var changed = try branched.read()
            changed.parameters["stem.bias"] = Tensor(repeating: 1, [24])
            let trunk = try branched.contents(of: "trunk.json", limit: 1 << 20)
            try ModelFolder(folder + "/changed").write(
                changed, attachments: ["trunk.json": trunk], digest: Checksum.sha256)
            let error = #expect(throws: ModelError.self) {
                try ModelFolder(folder + "/changed").strip(into: folder + "/back")
            }
            #expect(error?.message.contains("trained or edited since") == true)
            #expect(!FileManager.default.fileExists(atPath: folder + "/back"))
        }
    }
}

/// The files of a folder and what is in them, locks aside.
struct FolderContents: Equatable {
    let files: [String: Data]
    var names: Set<String> { Set(files.keys) }

    init(_ path: String) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: path)
        files = try names.filter { !$0.hasPrefix(".branchynet") }.reduce(into: [:]) {
            $0[$1] = try Data(contentsOf: URL(fileURLWithPath: "\(path)/\($1)"))
        }
    }
}

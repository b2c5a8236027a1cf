import BranchyChecksum
import BranchyCompute
import BranchyNet
import Foundation
import TestSupport
import Testing

struct ModelFolderTests {
    static let policies: [ModelPolicy?] = [
        nil, .thresholds(ThresholdPolicy(thresholds: [.infinity, .infinity])),
        .thresholds(ThresholdPolicy(score: .margin, thresholds: [0, 0.1])),
        .thresholds(ThresholdPolicy(thresholds: [.leastNonzeroMagnitude, 1 / 3])),
        .patience(PatiencePolicy(patience: 1)),
    ]

    @Test(arguments: policies)
    func readsTheModelThatWasWritten(_ policy: ModelPolicy?) throws {
        let model = try ModelFolderSample.model(policy: policy)
        let sample = try ModelFolderSample(model)
        let read = try sample.folder.read(digest: ModelFolderSample.digest)
        #expect(read == model)
        #expect(read.parameters.names == model.parameters.names)
        #expect(try sample.folder.read() == model)
        #expect(try sample.names() == Set(ModelFolderSample.files))
    }

    /// Files keep names in another order, and so may who trained.
    @Test func givesParametersTheOrderOfTheNetwork() throws {
        var model = try ModelFolderSample.model()
        let names = model.parameters.names
        var shuffled = ParameterStore()
        for name in names.reversed() { shuffled[name] = model.parameters[name] }
        model.parameters = shuffled
        let sample = try ModelFolderSample(model)
        #expect(try sample.folder.read().parameters.names == names)
        let program = try model.network.plainProgram().program
        #expect(names == program.parameters.map(\.name))
    }

    @Test func keepsEveryBitOfAParameter() throws {
        var model = try ModelFolderSample.model()
        let patterns: [UInt32] = [0x8000_0000, 1, 0x7FC0_0001, 0xFF80_0000]
        model.parameters["linear.bias"] = Tensor([4], patterns.map(Float.init(bitPattern:)))
        let sample = try ModelFolderSample(model)
        let read = try sample.folder.read().parameters["linear.bias"]
        #expect(read?.scalars.map(\.bitPattern) == patterns)
    }

    @Test func equalModelsGiveEqualBytes() throws {
        let policy = ModelPolicy.thresholds(ThresholdPolicy(thresholds: [0.25, .infinity]))
        let first = try ModelFolderSample(ModelFolderSample.model(policy: policy))
        let second = try ModelFolderSample(ModelFolderSample.model(policy: policy))
        for name in ModelFolderSample.files {
            #expect(try first.bytes(name) == second.bytes(name))
        }
    }

    @Test func aModelReplacesAnother() throws {
        let sample = try ModelFolderSample(ModelFolderSample.model())
        let other = try ModelFolderSample.model(
            policy: .thresholds(ThresholdPolicy(thresholds: [0.5, 0.5])))
        try sample.folder.write(other, digest: ModelFolderSample.digest)
        #expect(try sample.folder.read(digest: ModelFolderSample.digest) == other)
    }

    @Test func makesTheFolder() throws {
        let sample = try ModelFolderSample()
        let folder = ModelFolder(sample.file("new/model"))
        let model = try ModelFolderSample.model()
        try folder.write(model, digest: ModelFolderSample.digest)
        #expect(try folder.read(digest: ModelFolderSample.digest) == model)
    }

    @Test func attachmentsAreWrittenAndListed() throws {
        let sample = try ModelFolderSample()
        let recipe = Array("epochs: 3\n".utf8)
        try sample.folder.write(
            ModelFolderSample.model(), attachments: ["recipe.yaml": recipe],
            digest: ModelFolderSample.digest)
        #expect(try sample.bytes("recipe.yaml") == recipe)
        let manifest = String(
            decoding: try sample.bytes(ModelFolder.manifestName), as: UTF8.self)
        #expect(manifest.contains("\"recipe.yaml\""))
        #expect(manifest.contains(Checksum.sha256(recipe)))
    }

    /// A reader of another program finds what the documentation says.
    @Test func namesFilesSizesAndDigestsInTheManifest() throws {
        let sample = try ModelFolderSample(ModelFolderSample.model())
        let data = Data(try sample.bytes(ModelFolder.manifestName))
        let manifest = try #require(
            try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(manifest["format"] as? String == "branchynet-model")
        #expect(manifest["version"] as? Int == ModelFolder.version)
        let files = try #require(manifest["files"] as? [String: [String: Any]])
        #expect(Set(files.keys) == Set(ModelFolderSample.files.dropFirst()))
        for (name, entry) in files {
            let bytes = try sample.bytes(name)
            #expect(entry["bytes"] as? Int == bytes.count)
            #expect(entry["sha256"] as? String == Checksum.sha256(bytes))
        }
    }
}

import BranchyChecksum
import BranchyNet
import Foundation
import Testing

/// Models by name. Where the working folder has them is for the command's tests, which run a program.
struct ShippedModelsTests {
    private static let folder = URL(fileURLWithPath: #filePath)
        .appendingPathComponent("../../../Models").standardizedFileURL.path

    @Test func aPathIsItself() throws {
        let model = try ModelFolderSample.model()
        let sample = try ModelFolderSample(model)
        #expect(ShippedModels.folder(sample.path) == sample.path)
        #expect(try ShippedModels.read(sample.path, digest: Checksum.sha256) == model)
        #expect(ShippedModels.folder("./no/such") == "./no/such")
        #expect(!ShippedModels.contains(sample.path))
        #expect(!ShippedModels.contains("./no/such"))
        #expect(!ShippedModels.contains(""))
    }

    @Test func anUnknownNameIsAnsweredWithWhatThereIs() {
        let failure = #expect(throws: ModelError.self) {
            try ShippedModels.read("no-such-model", digest: Checksum.sha256)
        }
        #expect(failure?.code == .missingFile)
        #expect(failure?.message.contains("no-such-model is not a model folder") == true)
        #expect(failure?.message.contains("shipped") == true)
    }

    @Test func anUnknownPathIsNotTakenForAName() {
        let failure = #expect(throws: ModelError.self) {
            try ShippedModels.read("./no-such-model", digest: nil)
        }
        #expect(failure?.message.contains("shipped") == false)
    }
}

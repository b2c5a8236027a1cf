import BranchyNet
import Foundation
import TestSupport
import Testing

/// `train --epochs`, and what is said of classes, on a folder of random images.
@Suite(.enabled(if: Program.hasOneDNN))
struct EpochsTests {
    private func train(_ folder: String, _ arguments: String...) throws -> Program.Result {
        try Program.run(
            ["train", "b-lenet", "-o", folder + "/run", "--dataset", "folder:\(folder)/pictures"]
                + SampleRun.settings + arguments)
    }

    @Test func addsEpochsToAFinishedRun() throws {
        try withTemporaryFolder { folder in
            try SampleRun.writeImages(to: folder + "/pictures")
            let first = try train(folder, "--epochs", "2")
            #expect(first.status == 0, "\(first.errors)")
            #expect(first.errors.contains("55 training images, by class:\n  class0 "))
            let model = ModelFolder(folder + "/run")
            #expect(try model.read().provenance.epochs == 2)
            _ = try write(Array("{}".utf8), to: "certificate.json", in: model.path)
            let second = try train(folder, "--resume", "--epochs", "+1")
            #expect(second.status == 0, "\(second.errors)")
            #expect(
                second.errors.contains(
                    "\n1 epoch more, 3 in all: the learning rate falls from 0.0006"),
                "\(second.errors)")
            #expect(second.errors.contains("\nepoch 3: loss "))
            #expect(
                second.errors.contains(
                    "\(model.path): the thresholds that were chosen and the certificate are gone"))
            #expect(try model.read().provenance.epochs == 3)
            #expect(!FileManager.default.fileExists(atPath: model.path + "/certificate.json"))
            let history = try model.contents(of: "history.csv", limit: 1 << 20)
            #expect(history.split(separator: UInt8(ascii: "\n")).count == 4)
            let again = try train(folder, "--resume", "--epochs", "2")
            #expect(again.status == 0, "\(again.errors)")
            #expect(try model.read().provenance.epochs == 3)
            let more = try train(folder, "--resume", "--epochs", "5")
            #expect(more.status == 65)
            #expect(more.errors.contains("has 2 epochs; --epochs +3 adds to them"))
        }
    }

    @Test func refusesToAddToWhatIsNotFinished() throws {
        try withTemporaryFolder { folder in
            try SampleRun.writeImages(to: folder + "/pictures")
            let none = try train(folder, "--resume", "--epochs", "+10")
            #expect(none.status == 65)
            #expect(
                none.errors
                    == "Error: there is no finished run in \(folder)/run that 10 epochs could be "
                    + "added to\n")
            #expect(!FileManager.default.fileExists(atPath: folder + "/run"))
            let alone = try train(folder, "--epochs", "+10")
            #expect(alone.status == 64)
            #expect(alone.errors.hasPrefix("Error: --epochs +10 adds to a finished run: pass --re"))
        }
    }

    @Test func saysHowManyImagesAClassHas() throws {
        try withTemporaryFolder { folder in
            try SampleRun.writeImages(to: folder + "/pictures")
            let result = try train(
                folder, "--epochs", "1", "--json", "--set", "data.classWeights=balanced")
            #expect(result.status == 0, "\(result.errors)")
            let document = try JSONDecoder().decode(
                JSONValue.self, from: Data(result.output.utf8))
            try DocumentedKeys(section: "train --json").expectToDescribe(document.places())
            let classes = document["classes"]?.elements ?? []
            #expect(classes.map { $0["className"] } == (0..<10).map { .string("class\($0)") })
            #expect(classes.compactMap { $0["samples"]?.double }.reduce(0, +) == 55)
            let table = result.errors.split(separator: "\n")
                .drop { !$0.contains("training images, by class") }.dropFirst().prefix(10)
            #expect(table.allSatisfy { $0.contains("  each weighs ") })
            #expect(Set(table.map(\.count)).count == 1)
        }
    }
}

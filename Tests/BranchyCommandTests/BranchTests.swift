import BranchyChecksum
import BranchyCompute
import BranchyNet
import BranchyTraining
import Foundation
import TestSupport
import Testing

/// `branch` puts exits on a trained network, `strip` takes them off.
struct BranchTests {
    private static func writePlain(to folder: String) throws -> BranchedNetwork {
        let network = try BranchedNetwork.named("alexnet")
        try ModelFolder(folder).write(
            TrainedModel(
                network: network, parameters: try .initial(for: network, seed: 1),
                preprocessing: Preprocessing(
                    mean: [0.5, 0.5, 0.5], standardDeviation: [0.25, 0.25, 0.25]),
                classNames: (0..<10).map { "class \($0)" },
                provenance: Provenance(
                    dataset: "elsewhere", trainingChecksum: "", validationChecksum: "",
                    calibrationChecksum: "", seed: 0, epochs: 0, initialChecksum: nil,
                    engine: "another", precision: "float32", validationAccuracy: [])),
            digest: Checksum.sha256)
        return network
    }

    @Test func whatWasPutOnComesOffAgain() throws {
        try withTemporaryFolder { folder in
            let plain = folder + "/plain"
            let network = try Self.writePlain(to: plain)
            let place = try #require(try network.branchPoints().first).name
            let result = try Program.run(
                "branch", plain, "--at", "\(place),60%", "--head", "linear", "--output",
                folder + "/b", "--json")
            #expect(result.status == 0, "\(result.errors)")
            let document = try JSONDecoder().decode(JSONValue.self, from: Data(result.output.utf8))
            let keys = try DocumentedKeys(section: "branch --json")
            keys.expectToDescribe(
                document.places(), without: Set(keys.types.keys.filter { $0.hasPrefix("search") }))
            let tree = try Program.run("inspect", folder + "/b")
            #expect(tree.output.contains("branch2, exit 2"), "\(tree.errors)")
            let stripped = try Program.run("strip", folder + "/b", "--output", folder + "/back")
            #expect(stripped.status == 0, "\(stripped.errors)")
            for name in ["manifest.json", "network.json", "model.json", "parameters.safetensors"] {
                let files = try ["plain", "back"].map {
                    try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)/\(name)"))
                }
                #expect(files[0] == files[1], "\(name)")
            }
        }
    }

    @Test func aTableSaysWhatExitsCost() throws {
        try withTemporaryFolder { folder in
            _ = try Self.writePlain(to: folder + "/plain")
            let result = try Program.run(
                "branch", folder + "/plain", "--at", "50%", "--output", folder + "/b")
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.output.hasPrefix("b-alexnet:\n"))
            #expect(result.output.contains("conv "))
            #expect(result.output.contains("final exit"))
            #expect(result.errors.contains("next: branchynet train"))
        }
    }

    @Test func whatCannotBeIsRefusedAndNothingIsWritten() throws {
        try withTemporaryFolder { folder in
            let plain = folder + "/plain"
            _ = try Self.writePlain(to: plain)
            for (status, options, message) in [
                (65, ["--at", "nowhere"], "no branch may go behind 'nowhere'"),
                (65, ["--at", "50%,50%"], "expected one at each place"),
                (65, ["--at", "50%", "--head-share", "0"], "smallest conv head takes"),
                (64, ["--at", "50%", "--head", "wide"], "there is no head 'wide'"),
                (64, ["--at", "50%,"], "expected names or shares"),
                (64, ["--at", "50%", "--head-share", "2"], "expected a share"), (64, [], "--at"),
                (64, ["--at", "auto"], "pass --data, such as --data folder:photos"),
                (64, ["--at", "50%", "--data", "digits"], "--data is for places that are"),
                (64, ["--at", "50%", "--disk", "1G"], "--disk is for places that are searched"),
                (64, ["--at", "auto", "--data", "digits", "--images", "0"], "expected a whole"),
                (64, ["--at", "auto", "--data", "digits", "--accuracy-loss", "-1"], "a share"),
                (65, ["--at", "auto", "--data", "folder:nowhere"], "nowhere"),
            ] {
                let result = try Program.run(
                    ["branch", plain] + options + ["--output", folder + "/b"])
                #expect(result.status == status, "\(options): \(result.errors)")
                #expect(result.errors.contains(message), "\(result.errors)")
                #expect(!FileManager.default.fileExists(atPath: folder + "/b"))
            }
            for command in [["branch", plain, "--at", "50%"], ["strip", plain]] {
                let result = try Program.run(command + ["--output", plain])
                #expect(result.status == 73 && result.errors.contains("is not empty"))
            }
            let strip = try Program.run("strip", plain, "--output", folder + "/b")
            #expect(strip.status == 65 && strip.errors.contains("it has no branches"))
        }
    }
}

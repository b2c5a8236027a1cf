import BranchyChecksum
import BranchyCompute
import BranchyNet
import BranchyTraining
import Foundation
import TestSupport
import Testing

/// `train MODEL --freeze trunk`, and what is done with its result.
struct FrozenTrainTests {
    private static func writePlain(to folder: String) throws {
        let network = try BranchedNetwork.named("lenet")
        try ModelFolder(folder).write(
            TrainedModel(
                network: network, parameters: try .initial(for: network, seed: 1),
                preprocessing: Preprocessing(mean: [0.5], standardDeviation: [0.25]),
                classNames: (0..<10).map { "class\($0)" },
                provenance: Provenance(
                    dataset: "elsewhere", trainingChecksum: "", validationChecksum: "",
                    calibrationChecksum: "", seed: 0, epochs: 0, initialChecksum: nil,
                    engine: "another", precision: "float32", validationAccuracy: [])),
            digest: Checksum.sha256)
    }

    @Test(.enabled(if: Program.hasOneDNN)) func makesARunLikeAnyOther() throws {
        try withTemporaryFolder { folder in
            try SampleRun.writeImages(to: folder + "/pictures")
            try Self.writePlain(to: folder + "/plain")
            let (branched, run) = (folder + "/branched", folder + "/run")
            let commands = [
                ["branch", folder + "/plain", "--at", "conv1", "--head", "linear", "-o", branched],
                ["train", branched, "--freeze", "trunk", "-o", run, "--dataset"]
                    + ["folder:\(folder)/pictures", "--set", "epochs=2"] + SampleRun.settings,
                ["evaluate", run, "--threshold", "0.5", "--quiet"],
                ["calibrate", run, "--quiet"], ["inspect", run],
                ["report", run, "-o", folder + "/page.html", "--quiet"],
                ["predict", run, folder + "/pictures/test/class1/171.png"],
                ["strip", run, "-o", folder + "/back"],
            ]
            for command in commands {
                let result = try Program.run(command)
                #expect(result.status == 0, "\(command): \(result.errors)")
            }
            for name in ["manifest.json", "model.json", "parameters.safetensors"] {
                let files = try ["plain", "back"].map {
                    try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)/\(name)"))
                }
                #expect(files[0] == files[1], "\(name)")
            }
            // A model is trained on from where it stands, all of it.
            let tuned = try Program.run(
                ["train", folder + "/plain", "-o", folder + "/tuned", "--dataset"]
                    + ["folder:\(folder)/pictures", "--set", "epochs=1"])
            #expect(tuned.status == 0, "\(tuned.errors)")
            #expect(tuned.errors.contains("data.validationImages 40 (5000)"), "\(tuned.errors)")
        }
    }

    @Test func whatCannotBeFrozenIsRefused() throws {
        try withTemporaryFolder { folder in
            let plain = folder + "/plain"
            try Self.writePlain(to: plain)
            for (status, arguments, message) in [
                (64, ["lenet", "--freeze", "trunk"], "--freeze trunk is for a model"),
                (64, ["lenet", "--new-classes"], "--new-classes is for a model"),
                (64, [plain, "--freeze", "roots"], "'roots' is neither none nor trunk"),
                (64, [plain, "--from", plain], "leave --from out"),
                (64, [plain, "--size", "32"], "a model keeps the size that it has"),
                (65, [plain, "--freeze", "trunk"], "has no branches to train"),
                (65, [plain, "--freeze", "trunk", "--set", "freeze=root"], "none or trunk"),
                (65, [plain, "--set", "data.views=2"], "'data.views' is 2, expected 1"),
            ] {
                let result = try Program.run(["train"] + arguments + ["-o", folder + "/run"])
                #expect(result.status == status, "\(arguments): \(result.errors)")
                #expect(result.errors.contains(message), "\(arguments): \(result.errors)")
            }
        }
    }
}

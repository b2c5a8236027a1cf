import BranchyChecksum
import BranchyCompute
import BranchyNet
import BranchyTraining
import Foundation
import TestSupport
import Testing

/// Short runs on real data: where `BRANCHYNET_DATA_DIR` says where MNIST is.
@Suite(.enabled(if: Program.canTrain), .serialized)
struct TrainingRunTests {
    /// Of the 60,000 training images, 1,024 are left to train on: two steps per epoch.
    private let settings = [
        "--set", "epochs=2", "--set", "data.validationImages=500", "--set",
        "data.calibrationImages=58476",
    ]

    @discardableResult
    private func train(
        _ output: String, network: String = "b-lenet", _ arguments: String...
    ) throws -> Program.Result {
        let result = try Program.run(
            ["train", network, "-o", output] + settings + arguments)
        #expect(result.status == 0, "\(result.errors)")
        return result
    }

    private func expectEqualModels(_ left: String, _ right: String) throws {
        for file in SampleModel.files {
            let bytes = try (contents(left + "/" + file), contents(right + "/" + file))
            #expect(bytes.0 == bytes.1, "\(file)")
        }
    }

    @Test func trainsEvaluatesAndPredicts() throws {
        try withTemporaryFolder { folder in
            let model = folder + "/runs/model"
            let training = try train(model, "--json")
            #expect(training.errors.contains("epoch 2: loss "))
            let summary = try JSONDecoder().decode(
                JSONValue.self, from: Data(training.output.utf8))
            try DocumentedKeys(section: "train --json").expectToDescribe(summary.places())
            #expect(summary["model"] == .string(model))
            #expect(summary["epochs"] == .integer(2))
            let evaluation = try evaluate(
                model, "--threshold", "2.28", "--limit", "60", "--confusion")
            try DocumentedKeys(section: "evaluate --json").expectToDescribe(
                evaluation.places() + [("exitedAccuracy[]", .null)], without: ["temperatures[]"])
            #expect(evaluation["samples"] == .integer(60))
            let rates = (evaluation["exitRates"]?.elements ?? []).compactMap(\.double)
            #expect(rates.reduce(0, +) == 1)
            try expectExits(of: model, rates)
        }
    }

    private func evaluate(_ model: String, _ arguments: String...) throws -> JSONValue {
        let result = try Program.run(["evaluate", model, "--json", "--quiet"] + arguments)
        #expect(result.status == 0)
        #expect(result.errors.isEmpty)
        return try JSONDecoder().decode(JSONValue.self, from: Data(result.output.utf8))
    }

    /// Predicting the same images, as many leave at each exit.
    private func expectExits(of model: String, _ rates: [Double]) throws {
        let images = (Program.dataFolder ?? "") + "/mnist/t10k-images-idx3-ubyte"
        let file = FileManager.default.fileExists(atPath: images) ? images : images + ".gz"
        let result = try Program.run(
            "predict", model, file, "--threshold", "2.28", "--limit", "60", "--json")
        #expect(result.status == 0)
        let lines = result.output.split(separator: "\n")
        let exits = try lines.map {
            try JSONDecoder().decode(JSONValue.self, from: Data($0.utf8))["exit"]
        }
        #expect(
            rates
                == (0...1).map { exit in
                    Double(exits.count { $0 == .integer(exit) }) / Double(exits.count)
                })
    }

    @Test func evaluatesEverySplit() throws {
        try withTemporaryFolder { folder in
            try train(folder)
            var checksums: Set<String> = []
            for split in ["test", "validation", "calibration"] {
                let result = try evaluate(folder, "--split", split, "--limit", "0")
                #expect(result["split"] == .string(split))
                #expect(result["accuracy"] == .null)
                if case .string(let checksum)? = result["dataChecksum"] {
                    checksums.insert(checksum)
                }
            }
            let provenance = try ModelFolder(folder).read().provenance
            #expect(checksums.count == 3)
            #expect(checksums.contains(provenance.validationChecksum))
            #expect(checksums.contains(provenance.calibrationChecksum))
        }
    }

    @Test(arguments: [[], ["--threads", "1"]])
    func repeatsARunInTheSameBytes(threads: [String]) throws {
        try withTemporaryFolder { folder in
            for name in ["/first", "/second"] {
                let result = try Program.run(
                    ["train", "b-lenet", "-o", folder + name, "--quiet"] + settings + threads)
                #expect(result.status == 0)
                #expect(result.output.isEmpty)
                #expect(result.errors.isEmpty)
            }
            try expectEqualModels(folder + "/first", folder + "/second")
        }
    }

    @Test func leavesAFinishedRunAlone() throws {
        try withTemporaryFolder { folder in
            try train(folder)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            let before = try names.map { try contents(folder + "/" + $0) }
            let refused = try Program.run(["train", "b-lenet", "-o", folder] + settings)
            #expect(refused.status == 73)
            try train(folder, "--resume")
            let after = try names.map { try contents(folder + "/" + $0) }
            #expect(after == before)
        }
    }

    /// A learning rate that moves no number shows what a run began from.
    @Test func startsFromThePlainNetwork() throws {
        try withTemporaryFolder { folder in
            let (plain, branched) = (folder + "/plain", folder + "/branched")
            try train(plain, network: "lenet")
            try train(
                branched, "--from", plain, "--set", "optimizer.learningRate=1e-30", "--set",
                "epochs=1")
            let start = try ModelFolder(plain).read()
            let model = try ModelFolder(branched).read()
            for (name, tensor) in start.parameters {
                #expect(model.parameters[name] == tensor, "\(name)")
            }
            let random = try ParameterStore.initial(for: .bLeNet, seed: 1)
            let branch = random.names.filter { start.parameters[$0] == nil }
            #expect(branch.count == 4)
            #expect(branch.allSatisfy { model.parameters[$0] == random[$0] })
            #expect(
                model.provenance.initialChecksum
                    == Checksum.sha256(Safetensors(start.parameters).serialized()))
        }
    }

    @Test func refusesAFolderBelowAFile() throws {
        try withTemporaryFolder { folder in
            let file = try write([], to: "file", in: folder)
            let result = try Program.run(["train", "lenet", "-o", file + "/run"] + settings)
            #expect(result.status == 73)
            #expect(
                result.errors == "Error: \(file)/run: cannot make the folder: Not a directory\n")
        }
    }

    @Test func saysWhereTheLossIsNoNumber() throws {
        try withTemporaryFolder { folder in
            let result = try Program.run(
                ["train", "lenet", "-o", folder + "/run"] + settings
                    + ["--set", "optimizer.learningRate=1e30", "--quiet"])
            #expect(result.status == 1)
            #expect(result.errors.contains("try a smaller optimizer.learningRate than 1e+30"))
        }
    }
}

import BranchyCompute
import BranchyNet
import BranchyTraining
import Foundation
import TestSupport
import Testing

/// The studies that train nothing.
struct ThresholdStudyTests {
    private func study(_ arguments: String...) throws -> JSONValue {
        let result = try Program.run(
            ["study", "thresholds"] + arguments + ["--dataset", "digits", "--quick", "--json"])
        #expect(result.status == 0, "\(result.errors)")
        return try JSONDecoder().decode(JSONValue.self, from: Data(result.output.utf8))
    }

    @Test(arguments: ["entropy", "normalizedEntropy", "maximumProbability", "margin"])
    func goesFromNobodyToEverybody(score: String) throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder, dataset: "digits")
            let findings = try study(folder, "--score", score, "--csv", folder + "/figure.csv")
            try DocumentedKeys(section: "study thresholds --json").expectToDescribe(
                findings.places())
            let rows = try #require(findings["rows"]).elements
            let rates = rows.compactMap { $0["exitRate"]?.double }
            #expect(rates.first == 0 && rates.last == 1)
            #expect(rates == rates.sorted())
            #expect(rows.first?["exitedAccuracy"] == .null)
            #expect(findings["samples"] == .integer(500))
            let csv = try String(contentsOfFile: folder + "/figure.csv", encoding: .utf8)
            #expect(csv.split(separator: "\n").count == rows.count + 1)
            #expect(csv.hasPrefix("exit,threshold,exitRate,exitedAccuracy,accuracy,"))
        }
    }

    /// The shipped model, on images that it never saw, in words.
    @Test func readsAShippedModelByName() throws {
        let result = try Program.run(
            "study", "thresholds", "b-lenet", "--dataset", "digits", "--quick", "--quiet")
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.isEmpty)
        #expect(
            result.output.hasPrefix(
                "b-lenet, 500 calibration images of digits, one early exit open at a time, "))
        #expect(result.output.contains("exit 1   0.0001  "))
    }

    @Test func refusesANetworkWithOneExit() throws {
        try withTemporaryFolder { folder in
            try SampleModel.write(
                .leNet, .initial(for: .leNet, seed: 1), to: folder,
                policy: ThresholdPolicy(thresholds: []), dataset: "digits")
            let result = try Program.run(
                "study", "thresholds", folder, "--dataset", "digits", "--quick", "--quiet")
            #expect(result.status == 65)
            #expect(
                result.errors
                    == "Error: the network has one exit only: there is no threshold to study\n")
        }
    }

    @Test(arguments: [
        ["loss-weights", "--weights", "1,x"], ["loss-weights", "--weights", "0,0"],
        ["loss-weights", "--weights", "1,-1"], ["loss-weights", "--weights", "1,1,1"],
        ["loss-weights", "--quick", "--epochs", "2"], ["branch-depth", "--depths", "0"],
        ["branch-depth", "--depths", "1,1"], ["branch-depth", "--depths", "1,65"],
        ["branch-depth", "--depths", ""], ["modes", "--modes", "joint,sideways"],
        ["modes", "--modes", "joint,joint"], ["modes", "--modes", ""], ["modes", "--seeds", "0"],
    ])
    func refusesWrongUse(arguments: [String]) throws {
        let result = try Program.run(["study"] + arguments)
        #expect(result.status == 64)
        #expect(result.output.isEmpty)
    }

    @Test(arguments: [
        ("lenet", "'lenet' has no branch to vary"),
        ("b-alexnet-fast", "expected convolutions with nothing but ReLU between them"),
        ("b-resnet110", "expected convolutions with nothing but ReLU between them"),
    ])
    func refusesABranchThatCannotBeVaried(network: String, message: String) throws {
        let result = try Program.run("study", "branch-depth", network, "--quick")
        #expect(result.status == 65)
        #expect(result.errors.contains(message), "\(result.errors)")
    }
}

/// The studies that train, by their shortest path, on drawn digits.
@Suite(.enabled(if: Program.hasOneDNN)) struct TrainingStudyTests {
    @Test func comparesLossWeightsAndTrainsNothingTwice() throws {
        try withTemporaryFolder { folder in
            let study = { (arguments: [String]) in
                try Program.run(
                    [
                        "study", "loss-weights", "--weights", "1,1", "--weights", "0,1", "--quick",
                        "--dataset", "digits", "--output", folder + "/runs",
                    ] + arguments)
            }
            let first = try study(["--json", "--csv", folder + "/figure.csv"])
            #expect(first.status == 0, "\(first.errors)")
            #expect(first.errors.contains("training 1 of 2: loss weights 1.0, 1.0\n"))
            #expect(first.errors.contains("training 2 of 2: loss weights 0.0, 1.0, at most "))
            let findings = try JSONDecoder().decode(JSONValue.self, from: Data(first.output.utf8))
            try DocumentedKeys(section: "study loss-weights --json").expectToDescribe(
                findings.places())
            let csv = try String(contentsOfFile: folder + "/figure.csv", encoding: .utf8)
            #expect(csv.hasPrefix("lossWeights,exit,validationAccuracy\n1.0 1.0,0,"))
            for name in ["weights-1.0-1.0", "weights-0.0-1.0"] {
                let model = try ModelFolder("\(folder)/runs/\(name)").read()
                #expect(model.network == .bLeNet)
            }

            // Both are there: nothing is trained. Without the second, it alone is.
            let second = try study(["--json"])
            #expect(second.status == 0 && second.errors.isEmpty, "\(second.errors)")
            #expect(second.output == first.output)
            try FileManager.default.removeItem(atPath: folder + "/runs/weights-0.0-1.0")
            let third = try study([])
            #expect(third.status == 0)
            #expect(third.errors.hasPrefix("training 2 of 2: loss weights 0.0, 1.0\n"))
            #expect(third.output.hasPrefix("b-lenet, digits, 1 epoch, "))
        }
    }

    /// A finished model of another recipe is no result of this study.
    @Test func refusesModelsOfAnotherRecipe() throws {
        try withTemporaryFolder { folder in
            let arguments = [
                "study", "loss-weights", "--weights", "1,1", "--quick", "--output", folder,
                "--quiet", "--dataset",
            ]
            #expect(try Program.run(arguments + ["digits"]).status == 0)
            let other = try Program.run(arguments + ["mnist"])
            #expect(other.status == 65)
            #expect(
                other.errors.hasPrefix(
                    "Error: \(folder)/weights-1.0-1.0 holds a model of another network or recipe"),
                "\(other.errors)")
        }
    }

    /// Every mode, and the plain network as long; nothing is trained twice.
    @Test func comparesTrainingModes() throws {
        try withTemporaryFolder { folder in
            let study = { (arguments: [String]) in
                try Program.run(
                    [
                        "study", "modes", "b-lenet", "--quick", "--dataset", "digits", "--output",
                        folder + "/runs", "--csv", folder + "/figure.csv",
                    ] + arguments)
            }
            let first = try study(["--json"])
            #expect(first.status == 0, "\(first.errors)")
            #expect(first.errors.contains("training 1 of 6: plain, seed 1\n"))
            #expect(first.errors.contains("epoch 1: branch1 alone; epoch 2: final exit alone\n"))
            let findings = try JSONDecoder().decode(JSONValue.self, from: Data(first.output.utf8))
            try DocumentedKeys(section: "study modes --json").expectToDescribe(findings.places())
            #expect(findings["epochs"] == .integer(2))
            let rows = try #require(findings["rows"]).elements
            #expect(rows.map { $0["validationAccuracy"]?.elements.count } == [1, 2, 2, 2, 2, 2])
            #expect(rows.first?["besidePlain"] == .null)
            #expect(rows.dropFirst().allSatisfy { $0["besidePlain"]?["pValue"]?.double != nil })
            let plain = try ModelFolder(folder + "/runs/plain-seed1").read()
            #expect(plain.network == .leNet)

            let second = try study(["--force"])
            #expect(second.status == 0 && !second.errors.contains("training"), "\(second.errors)")
            #expect(second.output.contains("trunk-first"))
            let csv = try String(contentsOfFile: folder + "/figure.csv", encoding: .utf8)
            #expect(csv.split(separator: "\n").count == 1 + 1 + 5 * 2)
            #expect(csv.hasPrefix("mode,seed,exit,validationAccuracy,besidePlain,"))
        }
    }

    @Test func refusesFewerEpochsThanAModeNeeds() throws {
        try withTemporaryFolder { folder in
            let result = try Program.run(
                "study", "modes", "b-alexnet", "--epochs", "2", "--output", folder + "/runs")
            #expect(result.status == 65)
            #expect(result.errors.contains("'epochs' is 2, expected 3 or more"))
        }
        let plain = try Program.run("study", "modes", "lenet", "--quick")
        #expect(plain.status == 65)
        #expect(plain.errors.contains("'lenet' has one exit only"))
    }

    @Test func variesTheBranch() throws {
        try withTemporaryFolder { folder in
            let result = try Program.run(
                "study", "branch-depth", "--depths", "1,2", "--quick", "--dataset", "digits",
                "--output", folder + "/runs", "--csv", folder + "/figure.csv", "--json")
            #expect(result.status == 0, "\(result.errors)")
            let findings = try JSONDecoder().decode(JSONValue.self, from: Data(result.output.utf8))
            try DocumentedKeys(section: "study branch-depth --json").expectToDescribe(
                findings.places())
            let rows = try #require(findings["rows"]).elements
            let work = rows.map { $0["multiplyAccumulatesToExit"]?.elements.compactMap(\.double) }
            // One more convolution of 10 to 10 channels, 3x3, on 15x15 maps.
            #expect(work[1]?[0] == (work[0]?[0] ?? 0) + Double(10 * 10 * 9 * 15 * 15))
            let branch = try ModelFolder(folder + "/runs/depth-2").read().network.stages[0].branch
            #expect(branch?.layers.count == 9)
            let csv = try String(contentsOfFile: folder + "/figure.csv", encoding: .utf8)
            #expect(csv.split(separator: "\n").count == 5)
        }
    }
}

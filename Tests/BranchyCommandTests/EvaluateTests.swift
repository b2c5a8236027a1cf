import BranchyCompute
import BranchyNet
import BranchyTraining
import Foundation
import TestSupport
import Testing

/// What `evaluate` shows and writes beyond accuracies and exit rates.
struct EvaluateTests {
    private let evaluate = [
        "--dataset", "digits", "--limit", "200", "--latency-images", "0", "--quiet",
    ]

    /// The names of its branch and class are such that CSV has to quote.
    private func writeModel(to folder: String) throws {
        let network = BranchedNetwork("small", inputShape: [1, 28, 28], classCount: 10) {
            MaxPool2D(kernelSize: 4, stride: 4)
            Branch("early, \"sure\"") {
                Flatten()
                Linear("linear", inputFeatures: 49, outputFeatures: 10)
            }
            ReLU()
            Flatten()
            Linear("linear", inputFeatures: 49, outputFeatures: 10)
        }
        try SampleModel.write(
            network, ParameterStore.initial(for: network, seed: 1), to: folder,
            policy: ThresholdPolicy(thresholds: [2.2]), dataset: "digits")
    }

    @Test func showsIntervalsOverthinkingAndClasses() throws {
        try withTemporaryFolder { folder in
            try writeModel(to: folder)
            let result = try Program.run(["evaluate", folder] + evaluate)
            #expect(result.status == 0, "\(result.errors)")
            let lines = result.output.split(separator: "\n").map(String.init)
            #expect(lines.contains { $0.hasPrefix("95 % intervals") })
            #expect(lines.contains { $0.hasPrefix("where each left") })
            #expect(lines.contains { $0.hasPrefix("Overthinking: of ") })
            let heading = try #require(lines.firstIndex { $0.hasPrefix("class  images") })
            #expect(
                lines[(heading + 1)...].prefix(10).map { $0.prefix(1) } == (0..<10).map { "\($0)" })
            #expect(!result.output.contains("class, taken for"))
        }
    }

    /// As many images as the counts say tell the two networks apart.
    @Test func comparesWithThePlainNetworkOnTheSameImages() throws {
        try withTemporaryFolder { folder in
            let (model, plain) = (folder + "/model", folder + "/plain")
            try writeModel(to: model)
            try SampleModel.write(
                .leNet, .initial(for: .leNet, seed: 1), to: plain,
                policy: ThresholdPolicy(thresholds: []), dataset: "digits")
            let run = { (arguments: String...) in
                try Program.run(["evaluate", model, "--baseline", plain] + arguments + evaluate)
            }
            let table = try run()
            #expect(table.status == 0, "\(table.errors)")
            let lines = table.output.split(separator: "\n").map(String.init)
            let heading = try #require(
                lines.firstIndex { $0.hasPrefix("on the same images, against") })
            #expect(lines[heading + 1].hasPrefix("lenet (plain) "))
            #expect(lines[heading + 2].hasPrefix("its own final exit "))
            let json = try run("--json")
            let document = try JSONDecoder().decode(JSONValue.self, from: Data(json.output.utf8))
            try DocumentedKeys(section: "evaluate --json").expectToDescribe(
                document.places(),
                without: ["exitLatencyMicroseconds[]", "confusion[][]", "temperatures[]"])
            let number = { (value: JSONValue?, key: String) in
                try #require(value?[key]?.double)
            }
            let comparison = document["baseline"]?["comparison"]
            let difference = try number(comparison?["difference"], "estimate")
            let counts = try ["onlyPolicyRight", "onlyOtherRight"].map {
                try number(comparison, $0)
            }
            #expect(abs(difference - (counts[0] - counts[1]) / 200) < 1e-12)
            let accuracies =
                try number(document, "accuracy") - number(document["baseline"], "accuracy")
            #expect(abs(difference - accuracies) < 1e-12)
            let own = document["finalExitComparison"]
            let overthinking = document["overthinking"]
            #expect(own?["onlyPolicyRight"] == overthinking?["avoided"])
            #expect(own?["onlyOtherRight"] == overthinking?["harmed"])
        }
    }

    @Test func showsTheConfusionsWhereAsked() throws {
        try withTemporaryFolder { folder in
            try writeModel(to: folder)
            let result = try Program.run(["evaluate", folder, "--confusion"] + evaluate)
            let lines = result.output.split(separator: "\n").map(String.init)
            let heading = try #require(lines.firstIndex { $0.hasPrefix("class, taken for") })
            let counts = lines[(heading + 1)...].prefix(10).flatMap {
                $0.split(separator: " ").dropFirst().map { Int($0) ?? 0 }
            }
            #expect(counts.count == 100 && counts.reduce(0, +) == 200)
        }
    }

    @Test func writesTablesForOtherTools() throws {
        try withTemporaryFolder { folder in
            try writeModel(to: folder)
            let tables = folder + "/new/tables"
            let result = try Program.run(["evaluate", folder, "--csv", tables] + evaluate)
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.output.contains("95 % intervals"))
            let lines = { (name: String) in
                try String(contentsOfFile: "\(tables)/\(name).csv", encoding: .utf8)
                    .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            }
            let exits = try lines("exits")
            #expect(exits.count == 4 && exits[3].isEmpty)
            #expect(exits[0].hasPrefix("exit,name,threshold,exited,exitRate,exitRateLow,"))
            #expect(exits[1].hasPrefix("0,\"early, \"\"sure\"\"\",2.2,"))
            #expect(exits[2].hasPrefix("1,final exit,,"))
            let classes = try lines("classes")
            #expect(classes.count == 12)
            let samples = classes[1...10].compactMap { Int($0.split(separator: ",")[2]) }
            #expect(samples.reduce(0, +) == 200)
            let confusion = try lines("confusion").dropFirst().dropLast().map {
                $0.split(separator: ",").dropFirst().compactMap { Int($0) }.reduce(0, +)
            }
            #expect(confusion == samples)
            #expect(try lines("reliability").count == 1 + 3 * 15 + 1)
        }
    }

    /// Before anything else is done.
    @Test func refusesAFolderBelowAFile() throws {
        try withTemporaryFolder { folder in
            try writeModel(to: folder)
            let file = try write([], to: "file", in: folder)
            let result = try Program.run(["evaluate", folder, "--csv", file + "/x"] + evaluate)
            #expect(result.status == 73)
            #expect(result.errors == "Error: \(file)/x: cannot make the folder: Not a directory\n")
        }
    }

    @Test func ofNoSamplesNothingMoreIsSaid() throws {
        try withTemporaryFolder { folder in
            try writeModel(to: folder)
            let result = try Program.run(
                "evaluate", folder, "--dataset", "digits", "--limit", "0", "--quiet",
                "--confusion", "--csv", folder + "/tables")
            #expect(result.status == 0, "\(result.errors)")
            #expect(!result.output.contains("95 % intervals"))
        }
    }

    /// Whatever a score is worth for a network that guesses: the best is no slower than any.
    @Test func calibratesByTheBestScore() throws {
        try withTemporaryFolder { folder in
            try writeModel(to: folder)
            let calibrate = ["calibrate", folder, "--dataset", "digits", "--quiet"]
            let table = try Program.run(calibrate + ["--score", "best"])
            #expect(table.status == 0, "\(table.errors)")
            #expect(table.output.contains("objective: knee by the best score"))
            let rows = table.output.split(separator: "\n").drop { !$0.hasPrefix("what decides") }
            #expect((2...6).contains(rows.count))
            let best = try Program.run(calibrate + ["--score", "best", "--json"])
            let record = try JSONDecoder().decode(JSONValue.self, from: Data(best.output.utf8))
            #expect(try ModelFolder(folder).read().policy?.thresholds?.score != nil)
            #expect(record["wish"] == .string("knee by the best score"))
            let certified = try Program.run(
                calibrate + ["--score", "best", "--certify", "--max-loss", "30%"])
            #expect(certified.status == 0, "\(certified.errors)")
            let check = try Program.run("verify", folder, "--on", "digits", "--quiet")
            #expect(check.status == 0, "\(check.errors)")
            let unknown = try Program.run(calibrate + ["--score", "surest"])
            #expect(unknown.status == 64 && unknown.errors.contains("best"))
        }
    }
}

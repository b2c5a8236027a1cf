import Foundation
import TestSupport
import Testing

/// The policies that `predict` and `evaluate` can be asked for.
struct PolicyTests {
    /// The model's first exit finds all ten classes alike: a probability of 0.1 and no margin.
    @Test(arguments: [
        (["--exit", "1"], 0), (["--exit", "2"], 1), (["--deadline", "1000s"], 1),
        (["--deadline", "1e300s"], 1), (["--deadline", "1000s", "--threshold", "inf"], 0),
        (["--threshold", "inf", "--score", "normalizedEntropy"], 0),
        (["--threshold", "0.05", "--score", "maximumProbability"], 0),
        (["--threshold", "0.2", "--score", "maximumProbability"], 1),
        (["--threshold", "0", "--score", "margin"], 0),
        (["--threshold", "0.1", "--score", "margin"], 1),
    ])
    func answersWhereThePolicySays(options: [String], exit: Int) throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeConstant(to: folder)
            let file = try write(SampleImages(count: 2).idx, to: "images", in: folder)
            let result = try Program.run(["predict", folder, file, "--json"] + options)
            #expect(result.status == 0, "\(result.errors)")
            let exits = try result.output.split(separator: "\n").map {
                try JSONDecoder().decode(JSONValue.self, from: Data($0.utf8))["exit"]
            }
            #expect(exits == [.integer(exit), .integer(exit)])
        }
    }

    @Test(arguments: [
        (["--exit", "3"], "--exit: there is no exit 3 in a network with 2 exits, expected 1 to 2"),
        (["--exit", "1", "--threshold", "1"], "--threshold and --exit say different things"),
        (["--exit", "1", "--patience", "1"], "--patience and --exit say different things"),
        (["--patience", "1", "--threshold", "1"], "--threshold and --patience say different"),
        (["--exit", "1", "--deadline", "1s"], "--exit answers at its exit however long it takes"),
        (["--score", "margin"], "--score says what --threshold is compared with"),
        (
            ["--threshold", "90", "--score", "maximumProbability"],
            "--threshold is 90.0, but maximum probability goes from 0 to 1.0; inf lets nobody leave"
        ),
        (
            ["--threshold", "2.4"],
            "--threshold is 2.4, but entropy goes from 0 to 2.3025851; inf lets everybody leave"
        ),
        (["--patience", "1"], "--patience 1 lets nobody leave 'b-lenet' early"),
        (["--deadline", "0us"], "The value '0us' is invalid for '--deadline <300us>'"),
        (["--deadline", "300"], "The value '300' is invalid for '--deadline <300us>'"),
        (["--deadline", "0.000001us"], "but the first exit answers after"),
    ])
    func refusesWhatMakesNoSense(options: [String], message: String) throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder)
            for command in [["predict", folder, "images"], ["evaluate", folder]] {
                let result = try Program.run(command + options)
                #expect(result.status == 64)
                #expect(result.output.isEmpty)
                #expect(result.errors.contains(message), "\(result.errors)")
            }
        }
    }

    /// What is written is what `evaluate` and `predict` then use.
    @Test(arguments: ["entropy", "normalizedEntropy", "maximumProbability", "margin"])
    func calibratesByAScore(score: String) throws {
        try withTemporaryFolder { folder in
            let model = folder + "/model"
            try SampleModel.writeRandom(to: model, dataset: "digits")
            let result = try Program.run(
                "calibrate", model, "--dataset", "digits", "--score", score, "--quiet", "--json")
            #expect(result.status == 0, "\(result.errors)")
            let record = try JSONDecoder().decode(JSONValue.self, from: Data(result.output.utf8))
            #expect(record["score"] == .string(score))
            let evaluation = try Program.run(
                "evaluate", model, "--dataset", "digits", "--limit", "5", "--latency-images", "0",
                "--quiet", "--json")
            #expect(evaluation.status == 0, "\(evaluation.errors)")
            let document = try JSONDecoder().decode(
                JSONValue.self, from: Data(evaluation.output.utf8))
            #expect(document["score"] == .string(score))
            #expect(document["thresholds"] == record["chosen"]?["thresholds"])
            #expect(document["policy"] != .null)
        }
    }

    @Test(arguments: [
        (["--exit", "1"], "exit", "always exit 1"),
        (["--deadline", "1s"], "deadlineMicroseconds", "within 1,000,000.0 µs"),
    ])
    func evaluatesUnderThePolicy(options: [String], key: String, title: String) throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder, dataset: "digits")
            let command = ["evaluate", folder, "--dataset", "digits", "--limit", "9", "--quiet"]
            let result = try Program.run(command + options + ["--json"])
            #expect(result.status == 0, "\(result.errors)")
            let document = try JSONDecoder().decode(
                JSONValue.self, from: Data(result.output.utf8))
            #expect(document["policy"] == .string(title))
            #expect(document[key] != .null)
            #expect(document["score"] == .null)
            #expect(document["thresholds"]?.elements == [])
            #expect(try Program.run(command + options).output.contains(title))
        }
    }
}

import BranchyCompute
import BranchyNet
import BranchyTraining
import Foundation
import TestSupport
import Testing

/// Objectives that cannot be fulfilled, on a network that guesses.
struct CalibrateTests {
    @Test(arguments: [
        ("--accuracy", "100%", "an accuracy of at least 100.00 %"),
        ("--latency", "0.01us", "an average latency of at most 0.0 µs"),
    ])
    func namesTheNearestThatIsPossible(option: String, objective: String, asked: String) throws {
        try withTemporaryFolder { folder in
            let model = folder + "/model"
            try SampleModel.writeRandom(to: model, dataset: "digits")
            let before = try contents(of: model)
            let result = try Program.run(
                "calibrate", model, "--dataset", "digits", option, objective, "--quiet")
            #expect(result.status == 65)
            #expect(result.output.isEmpty)
            let start = "Error: no thresholds give \(asked) on the 5,000 calibration images; "
            #expect(result.errors.hasPrefix(start + "the nearest have accuracy "))
            #expect(try contents(of: model) == before)
        }
    }

    @Test(arguments: [["--knee"], ["--certify", "--max-loss", "1%"]])
    func refusesLogitsThatAreNotFinite(objective: [String]) throws {
        var parameters = try ParameterStore.initial(for: .bLeNet, seed: 1)
        parameters["linear2.bias"] = Tensor(repeating: .nan, [10])
        try withTemporaryFolder { folder in
            let model = folder + "/model"
            try SampleModel.write(.bLeNet, parameters, to: model, dataset: "digits")
            let before = try contents(of: model)
            let result = try Program.run(
                ["calibrate", model, "--dataset", "digits", "--quiet"] + objective)
            #expect(result.status == 65)
            #expect(result.output.isEmpty)
            #expect(
                result.errors.hasPrefix(
                    "Error: exit 2 gives logits that are NaN or infinite for image 0 of digits"))
            #expect(try contents(of: model) == before)
        }
    }

    /// The first exit finds all classes alike, so that its threshold lets all leave or none, and
    /// no answer is worth anything.
    @Test(arguments: ["--knee", "--most-accurate"])
    func saysWhereEverybodyLeavesAtOneExit(objective: String) throws {
        try withTemporaryFolder { folder in
            let model = folder + "/model"
            try SampleModel.writeConstant(to: model)
            let result = try Program.run(
                "calibrate", model, "--dataset", "digits", objective, "--quiet",
                "--json")
            try #require(result.status == 0, "\(result.errors)")
            let record = try JSONDecoder().decode(
                JSONValue.self, from: Data(result.output.utf8))
            try DocumentedKeys(section: "calibrate --json").expectToDescribe(
                record.places(opaque: ["front[]"]),
                without: ["patience", "costFile", "temperatures[]"])
            let isEarly = result.output.contains("\"inf\"")
            let warnings = result.errors.split(separator: "\n").map(String.init)
            #expect(
                warnings
                    == (isEarly
                        ? [
                            "warning: everybody leaves at exit 1, branch1: no calibration image "
                                + "goes on to a later exit",
                            "warning: the threshold of exit 1, branch1 is inf, which lets "
                                + "everybody leave there, however sure the exit is",
                        ]
                        : [
                            "warning: nobody leaves early: all calibration images go to the final "
                                + "exit",
                            "warning: the threshold of exit 1, branch1 is 0.0, which lets nobody "
                                + "leave there, however sure the exit is",
                        ]))
            for warning in warnings {
                #expect(result.output.contains("\"\(warning.dropFirst("warning: ".count))\""))
            }
        }
    }

    @Test func oneWishAtATime() throws {
        let result = try Program.run("calibrate", "model", "--knee", "--most-accurate")
        #expect(result.status == 64 && result.errors.contains("one objective at a time"))
    }

    private func contents(of folder: String) throws -> [String: Data] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        return try Dictionary(
            uniqueKeysWithValues: names.map {
                ($0, try Data(contentsOf: URL(fileURLWithPath: folder + "/" + $0)))
            })
    }
}

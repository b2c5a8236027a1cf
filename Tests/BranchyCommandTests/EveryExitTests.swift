import Foundation
import TestSupport
import Testing

/// `predict --all-exits` and `--reject-below`: what exits say, and what is taken for an answer.
struct EveryExitTests {
    /// As in `PredictTests`: the first exit finds all ten classes alike, the last one is sure of 7.
    @Test func printsARowForEachExit() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeConstant(to: folder)
            let file = try write(SampleImages(count: 2).idx, to: "images", in: folder)
            let result = try Program.run("predict", folder, file, "--all-exits", "--top", "2")
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.errors.isEmpty)
            #expect(
                result.output == """
                    \(file)
                     image       class        exit  entropy  probability
                         0           0      exit 1   2.3026       0.1000    1 10.00 %
                         0           7  final exit   0.0045       0.9996     0 0.00 %
                         1           0      exit 1   2.3026       0.1000    1 10.00 %
                         1           7  final exit   0.0045       0.9996     0 0.00 %

                    """)
        }
    }

    /// The exit that answers says there what it says alone.
    @Test(arguments: ["0", "inf"])
    func saysWhatTheExitAnswersAlone(threshold: String) throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder, policy: nil)
            let file = try write(SampleImages(count: 3).png(2), to: "2.png", in: folder)
            let all = try document("predict", folder, file, "--all-exits", "--top", "3", "--json")
            let alone = try document(
                "predict", folder, file, "--threshold", threshold, "--top", "3", "--json")
            let exits = all["exits"]?.elements ?? []
            #expect(exits.map { $0["exit"] } == [.integer(0), .integer(1)])
            let said = try #require(exits.first { $0["exit"] == alone["exit"] })
            let keys = [
                "class", "className", "entropy", "exitName", "finite", "probability", "top",
            ]
            for key in keys { #expect(said[key] == alone[key], "\(key)") }
            #expect(said["logits"]?.elements.count == 10)
            #expect(all["file"] == .string(file))
            #expect(all["image"] == .integer(0))
        }
    }

    private func document(_ arguments: String...) throws -> JSONValue {
        let result = try Program.run(arguments)
        #expect(result.status == 0, "\(result.errors)")
        return try JSONDecoder().decode(JSONValue.self, from: Data(result.output.utf8))
    }

    @Test(arguments: [
        (["--threshold", "0.3"], "--threshold"), (["--exit", "1"], "--exit"),
        (["--patience", "1"], "--patience"), (["--deadline", "1s"], "--deadline"),
    ])
    func refusesAPolicyBesideIt(policy: [String], option: String) throws {
        let result = try Program.run(["predict", "none", "file", "--all-exits"] + policy)
        #expect(result.status == 64)
        #expect(
            result.errors.hasPrefix(
                "Error: --all-exits asks every exit, whatever the policy: pass it or \(option)\n"))
    }

    @Test func refusesToJudgeWhatIsNoAnswer() throws {
        let result = try Program.run(
            "predict", "none", "file", "--all-exits", "--reject-below", "0.5")
        #expect(result.status == 64)
        #expect(result.errors.hasPrefix("Error: --reject-below judges the one answer that"))
    }

    /// The final exit gives class 7 a probability of 0.99959, the first one each class 0.1.
    @Test(arguments: [
        ("0", "1", false), ("1", "1", true), ("0.9995", "0", false), ("0.9997", "0", true),
        ("0.1", "inf", false), ("0.1001", "inf", true),
    ])
    func callsAnswersUnsureBelowAProbability(
        least: String, threshold: String, isUnsure: Bool
    ) throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeConstant(to: folder)
            let file = try write(SampleImages(count: 3).idx, to: "images", in: folder)
            let arguments = [
                "predict", folder, file, "--threshold", threshold, "--reject-below", least,
            ]
            let table = try Program.run(arguments)
            #expect(table.status == 0)
            #expect(table.errors.hasPrefix("\(isUnsure ? 3 : 0) of 3 answers are unsure, of a "))
            #expect(table.output.components(separatedBy: " unsure ").count == (isUnsure ? 4 : 1))
            let json = try Program.run(arguments + ["--json"])
            for line in json.output.split(separator: "\n") {
                let answer = try JSONDecoder().decode(JSONValue.self, from: Data(line.utf8))
                #expect(answer["unsure"] == .boolean(isUnsure))
                #expect(answer["class"] == .integer(threshold == "inf" ? 0 : 7))
            }
        }
    }
}

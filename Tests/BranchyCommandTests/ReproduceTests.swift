import Foundation
import TestSupport
import Testing

/// The path of the results page, on drawn digits.
@Suite(.enabled(if: Program.hasOneDNN)) struct ReproduceTests {
    @Test func writesThePageAndReadsTestImagesOnce() throws {
        try withTemporaryFolder { folder in
            let arguments = [
                "reproduce", "lenet", "--quick", "--dataset", "digits", "--quiet", "--output",
                folder + "/runs", "--page", folder + "/Results.md",
            ]
            let first = try Program.run(arguments)
            #expect(first.status == 0, "\(first.errors)")
            #expect(first.output.hasSuffix("\(folder)/Results.md: 2 experiments\n"))
            let page = try String(contentsOfFile: folder + "/Results.md", encoding: .utf8)
            #expect(page.contains("| lenet | paper | digits | 1 | "))
            #expect(page.contains("| b-lenet | paper | digits | 1 | "))
            #expect(page.contains("| lenet | fast | digits | 1 | "))
            #expect(page.contains("| b-lenet-fast | fast | digits | 1 | "))
            #expect(page.contains("| B-LeNet | 99.25 % | 5.4 | 0.025 | 94.3, 5.63 |"))
            #expect(!page.contains("AlexNet"))
            // Not every system has a name for its processor.
            let facts = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
            let hasName = facts?.contains("model name") ?? false
            #expect(page.contains("native engine in float32 on ") == hasName)

            // What is done is neither trained nor measured again: times would differ.
            let second = try Program.run(arguments)
            #expect(second.status == 0 && second.errors.isEmpty)
            #expect(second.output == "\(folder)/Results.md: 2 experiments\n")
            let again = try String(contentsOfFile: folder + "/Results.md", encoding: .utf8)
            #expect(again == page)
        }
    }

    /// Where both networks were trained from one, that one has a row of its own.
    @Test func tellsHowLongNetworksWereTrained() throws {
        try withTemporaryFolder { folder in
            let rows = ["start", "plain", "branched"].enumerated().map { index, row in
                """
                "\(row)": {"network": "\(row == "branched" ? "b-" : "")resnet110-fast",
                "accuracy": 0.8\(index), "epochs": \(row == "start" ? 12 : 8)}
                """
            }
            let done = """
                {\(rows.joined(separator: ", ")), "kind": "fast", "dataset": "cifar10-jpeg",
                "seed": 1, "trainingPrecision": "bfloat16", "engine": "native",
                "processor": "Abacus (family 1, model 2)", "samples": 10000,
                "thresholds": [0.25, 0.5], "exitRates": [0.25, 0.5, 0.25]}
                """
            for name in ["b-lenet", "b-lenet-fast", "b-resnet110-fast"] {
                _ = try write(Array(done.utf8), to: name + ".json", in: folder)
            }
            let result = try Program.run(
                "reproduce", "lenet", "--output", folder, "--page", folder + "/page.md")
            #expect(result.status == 0, "\(result.errors)")
            let page = try String(contentsOfFile: folder + "/page.md", encoding: .utf8)
            let lines = page.split(separator: "\n").filter { $0.contains("resnet110-fast | fast") }
            let columns = lines.map { line in
                line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            }
            #expect(columns.prefix(3).map { $0[3] } == ["12", "12 + 8", "12 + 8"])
            #expect(columns.prefix(3).map { $0[4] } == ["80.00 %", "81.00 %", "82.00 %"])
            #expect(page.contains("native engine in float32 on Abacus (family 1, model 2)\n"))
        }
    }

    @Test func refusesAResultThatWasDamaged() throws {
        try withTemporaryFolder { folder in
            let place = folder + "/runs/b-lenet.json"
            try FileManager.default.createDirectory(
                atPath: folder + "/runs", withIntermediateDirectories: true)
            try Data("{".utf8).write(to: URL(fileURLWithPath: place))
            let result = try Program.run(
                "reproduce", "lenet", "--output", folder + "/runs", "--page", folder + "/page.md")
            #expect(result.status == 65)
            #expect(result.errors.hasPrefix("Error: \(place): "))
            #expect(!FileManager.default.fileExists(atPath: folder + "/page.md"))
        }
    }
}

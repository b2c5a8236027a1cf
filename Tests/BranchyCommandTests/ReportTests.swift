import BranchyNet
import BranchyTraining
import Foundation
import TestSupport
import Testing

/// `branchynet report` as a user runs it, on drawn digits and networks that nobody trained.
struct ReportTests {
    /// Work instead of times, so that two runs give the same.
    private static let options = ["--dataset", "digits", "--latency-images", "0", "--quiet"]

    private func report(_ arguments: String...) throws -> Program.Result {
        try Program.run(["report"] + arguments + Self.options)
    }

    private func page(
        _ folder: String, _ arguments: String..., noting note: String = ""
    ) throws -> String {
        let path = folder + "/report.html"
        let result = try Program.run(
            ["report", folder + "/model", "-o", path] + arguments + Self.options)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.isEmpty)
        #expect(note.isEmpty ? result.errors.isEmpty : result.errors.hasPrefix(note))
        return try String(contentsOfFile: path, encoding: .utf8)
    }

    /// Nothing is loaded from elsewhere, and nothing runs.
    private func expectSelfContained(_ page: String) {
        let page = page.replacing("http-equiv", with: "")
        for reference in ["http", "//", "<script", "href", "url(", "@import", "<link", "<iframe"] {
            #expect(!page.contains(reference), "\(reference)")
        }
        let sources = page.components(separatedBy: "src=\"").dropFirst()
        #expect(!sources.isEmpty)
        #expect(sources.allSatisfy { $0.hasPrefix("data:image/png;base64,") })
    }

    @Test func aPageNeedsNothingElse() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder + "/model", dataset: "digits")
            let page = try page(folder)
            // Base 64 has slashes, two of them now and then.
            expectSelfContained(page.replacing(/base64,[^"]*/, with: "base64,"))
            #expect(page.utf8.count < 3_000_000)
            for heading in [
                "In short", "Accuracy against work", "Where images leave",
                "How much a threshold matters", "How far probabilities can be believed", "Classes",
                "Easy and hard images", "Certificate", "Provenance",
            ] {
                #expect(page.contains("<h2>\(heading)</h2>"), "\(heading)")
            }
            #expect(page.contains("10,000 test images"))
            #expect(!page.contains("chosen by these very images"))
        }
    }

    @Test func namesCannotBecomeElements() throws {
        try withTemporaryFolder { folder in
            let name = "<script>alert(\"'&'\")</script>"
            try SampleModel.write(
                .bLeNet, .initial(for: .bLeNet, seed: 1), to: folder + "/model", dataset: "digits",
                classNames: (0..<10).map { "\(name)\($0)" })
            let page = try page(folder, noting: "note: digits numbers its classes")
            #expect(!page.contains("<script"))
            #expect(!page.contains("alert(\""))
            #expect(
                page.contains("&lt;script&gt;alert(&quot;&#39;&amp;&#39;&quot;)&lt;/script&gt;7"))
        }
    }

    @Test func withoutThresholdsTheKneeIsProposed() throws {
        try withTemporaryFolder { folder in
            let model = folder + "/model"
            try SampleModel.writeRandom(to: model, policy: nil, dataset: "digits")
            let page = try page(folder)
            #expect(page.contains("The model has no thresholds."))
            #expect(page.contains("proposed by this page"))
            // A report changes no model.
            #expect(try ModelFolder(model).read().policy == nil)
            #expect(try self.page(folder, "--split", "calibration").contains("In-sample"))
        }
    }

    @Test func aNetworkWithOneExitHasAReport() throws {
        try withTemporaryFolder { folder in
            try SampleModel.write(
                .leNet, .initial(for: .leNet, seed: 1), to: folder + "/model",
                policy: ThresholdPolicy(thresholds: []), dataset: "digits")
            let page = try page(folder)
            #expect(page.contains("A network with one exit"))
            #expect(page.contains("there is no threshold"))
        }
    }

    @Test func writesTheNumbersOfItsFigures() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder + "/model", dataset: "digits")
            let result = try report(folder + "/model", "--csv", folder + "/a/csv")
            #expect(result.status == 0, "\(result.errors)")
            let files = try FileManager.default.contentsOfDirectory(atPath: folder + "/a/csv")
            #expect(
                files.sorted() == [
                    "classes.csv", "confusion.csv", "curve.csv", "exits.csv", "images.csv",
                    "reliability.csv", "sensitivity.csv",
                ])
            let curve = try String(contentsOfFile: folder + "/a/csv/curve.csv", encoding: .utf8)
            let lines = curve.split(separator: "\n")
            #expect(
                lines[0] == "kind,thresholds,calibrationAccuracy,"
                    + "calibration_thousandMultiplyAccumulates,testAccuracy,"
                    + "test_thousandMultiplyAccumulates")
            #expect(lines.contains { $0.hasPrefix("knee,") })
            #expect(lines.contains { $0.hasPrefix("exit1,,,,") && $0.hasSuffix(",1247.72") })
            // 15 bins of each of the two exits.
            let bins = try String(
                contentsOfFile: folder + "/a/csv/reliability.csv", encoding: .utf8)
            #expect(bins.split(separator: "\n").count == 31)
            #expect(bins.contains("\n0,") && bins.contains("\n1,") && !bins.contains("\n2,"))
        }
    }

    @Test func drawsTheCurveWhereNobodyIsLooking() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder + "/model", dataset: "digits")
            let result = try report(folder + "/model", "--plot")
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.output.hasPrefix("accuracy (%)\n"))
            #expect(result.output.contains("*   knee\n"))
            #expect(result.output.utf8.allSatisfy { $0 < 0x80 })
        }
    }

    @Test func aPageThatCannotBeWrittenLeavesNothing() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder + "/model", dataset: "digits")
            let missing = try report(folder + "/model", "-o", folder + "/none/report.html")
            #expect(missing.status == 73)
            #expect(missing.errors.hasPrefix("Error: \(folder)/none/report.html: not written: "))
            let file = try write([1], to: "file", in: folder)
            let blocked = try report(folder + "/model", "--csv", file + "/csv")
            #expect(blocked.status == 73)
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
                    == ["file", "model"])
        }
    }

    @Test func refusesWhatIsNoModel() throws {
        try withTemporaryFolder { folder in
            #expect(try report(folder + "/none", "--plot").status == 65)
            let model = folder + "/model"
            try SampleModel.writeRandom(to: model, dataset: "digits")
            try edit(model + "/parameters.safetensors") { $0.removeLast() }
            let result = try report(model, "-o", folder + "/report.html")
            #expect(result.status == 65)
            #expect(result.errors.contains("parameters.safetensors"))
            #expect(!FileManager.default.fileExists(atPath: folder + "/report.html"))
        }
    }

    @Test func asksForSomethingToMake() throws {
        let result = try Program.run("report", "b-lenet")
        #expect(result.status == 64)
        #expect(result.errors.contains("--output report.html"))
    }
}

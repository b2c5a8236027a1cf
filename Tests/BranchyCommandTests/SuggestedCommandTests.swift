import Foundation
import TestSupport
import Testing

/// Commands that messages suggest can be typed as they stand, whatever is in a path.
struct SuggestedCommandTests {
    private static let name = "it's $HOME \"now\""
    private static let quoted = #"it'\''s $HOME "now"'"#

    @Test func quoteThePathsInThem() throws {
        try withTemporaryFolder { folder in
            let place = "\(folder)/\(Self.name)"
            let quoted = "'\(folder)/\(Self.quoted)"
            let model = try Program.run("predict", place, "image.png")
            #expect(
                model.errors.contains("`branchynet train NETWORK --output \(quoted)` makes one"),
                "\(model.errors)")
            for (dataset, network) in [("mnist", "lenet"), ("cifar10", "alexnet")] {
                let training = try Program.run(
                    "train", network, "-o", folder + "/run", "--dataset", dataset, "--data-dir",
                    place)
                #expect(
                    training.errors.contains(
                        "`branchynet datasets fetch \(dataset) --data-dir \(quoted)` fetches it"),
                    "\(training.errors)")
            }
            let info = try Program.run("datasets", "info", "mnist", "--data-dir", place)
            #expect(info.output.contains("fetch mnist --data-dir \(quoted)` fetches it"))
        }
    }

    @Test func aPageSaysHowItIsMadeAgain() throws {
        try withTemporaryFolder { folder in
            let model = "\(folder)/\(Self.name)"
            try SampleModel.writeRandom(to: model, dataset: "digits")
            let page = "\(folder)/a page.html"
            let result = try Program.run(
                "report", model, "-o", page, "--dataset", "digits", "--latency-images", "0",
                "--quiet")
            #expect(result.status == 0, "\(result.errors)")
            let text = try String(contentsOfFile: page, encoding: .utf8)
                .replacing("&#39;", with: "'").replacing("&quot;", with: "\"")
            #expect(text.contains("branchynet report '\(folder)/\(Self.quoted) -o '\(page)'"))
        }
    }

    @Test(.enabled(if: Program.hasOneDNN)) func aTrainingSaysWhatIsNext() throws {
        try withTemporaryFolder { folder in
            try SampleRun.writeImages(to: folder + "/pictures")
            let model = "\(folder)/\(Self.name)"
            let result = try Program.run(
                ["train", "b-lenet", "-o", model, "--dataset", "folder:\(folder)/pictures"]
                    + SampleRun.settings + ["--set", "epochs=1"])
            #expect(result.status == 0, "\(result.errors)")
            let next = "next: branchynet evaluate '\(folder)/\(Self.quoted) --threshold 0.3\n"
            #expect(result.errors.hasSuffix(next), "\(result.errors)")
        }
    }
}

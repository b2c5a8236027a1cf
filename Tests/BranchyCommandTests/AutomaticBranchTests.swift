import BranchyChecksum
import BranchyNet
import BranchyTraining
import Foundation
import TestSupport
import Testing

/// `branch --at auto` puts exits where they pay on pictures.
@Suite(.enabled(if: Program.hasOneDNN)) struct AutomaticBranchTests {
    private static func writePlain(to folder: String) throws {
        let network = try BranchedNetwork.named("lenet")
        try ModelFolder(folder).write(
            TrainedModel(
                network: network, parameters: try .initial(for: network, seed: 1),
                preprocessing: Preprocessing(mean: [0.5], standardDeviation: [0.25]),
                classNames: (0..<10).map { "\($0)" },
                provenance: Provenance(
                    dataset: "elsewhere", trainingChecksum: "", validationChecksum: "",
                    calibrationChecksum: "", seed: 0, epochs: 0, initialChecksum: nil,
                    engine: "another", precision: "float32", validationAccuracy: [])),
            digest: Checksum.sha256)
    }

    /// Where accuracy is nothing, an exit behind a sixth of the network pays, whatever else the machine
    /// does meanwhile.
    private static let search = [
        "--at", "auto", "--data", "digits", "--head", "linear", "--images", "200",
        "--accuracy-loss", "100%",
    ]

    @Test func aSearchIsPrintedDrawnAndWritten() throws {
        try withTemporaryFolder { folder in
            let (plain, output, figure) = (folder + "/plain", folder + "/b", folder + "/b.svg")
            try Self.writePlain(to: plain)
            let result = try Program.run(
                ["branch", plain, "-o", output, "--figure", figure, "--json"] + Self.search)
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.errors.contains("linear"), "\(result.errors)")
            let document = try JSONDecoder().decode(JSONValue.self, from: Data(result.output.utf8))
            // Not in every search: places that are left out, and heads that do not fit.
            let places = document.places().filter {
                !$0.path.contains("leftOut[]") && !$0.path.contains("refusals[]")
            }
            let keys = try DocumentedKeys(section: "branch --json")
            keys.expectToDescribe(
                places,
                without: Set(
                    keys.types.keys.filter {
                        $0.contains("leftOut[]") || $0.contains("refusals[]")
                    }))
            let drawing = try String(contentsOfFile: figure, encoding: .utf8)
            #expect(drawing.hasPrefix("<svg xmlns=") && drawing.hasSuffix("</svg>\n"))
            #expect(try ModelFolder(output).read().network.exitCount > 1)
            let files = try FileManager.default.contentsOfDirectory(atPath: output)
            #expect(!files.contains { $0.hasSuffix(".features") })
            let strip = try Program.run("strip", output, "--output", folder + "/back")
            #expect(strip.status == 0, "\(strip.errors)")
        }
    }

    @Test func whatDoesNotSuitIsRefusedAndNothingIsLeft() throws {
        try withTemporaryFolder { folder in
            let (plain, output) = (folder + "/plain", folder + "/b")
            try Self.writePlain(to: plain)
            let mine = try write([1], to: "mine.svg", in: folder)
            try SampleRun.writeImages(to: folder + "/pictures")
            for (status, options, message) in [
                (73, ["--figure", mine], "not a figure of this program"),
                (65, ["--data", "folder:\(folder)/pictures"], "--new-classes"),
                (65, ["--head-share", "0"], "allow more by --head-share"),
            ] {
                let result = try Program.run(
                    ["branch", plain, "-o", output] + Self.search + options)
                #expect(result.status == status, "\(options): \(result.errors)")
                #expect(result.errors.contains(message), "\(options): \(result.errors)")
                #expect(!FileManager.default.fileExists(atPath: output), "\(options)")
            }
            #expect(FileManager.default.contents(atPath: mine) == Data([1]))
        }
    }
}

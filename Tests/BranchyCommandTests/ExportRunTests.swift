import BranchyChecksum
import BranchyNet
import Foundation
import TestSupport
import Testing

/// `export` writes a model as ONNX files with a manifest.
struct ExportRunTests {
    private static func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    #if ONNX
    @Test(arguments: [
        ("stages", ["branch0.onnx", "stage0.onnx", "stage1.onnx"]), ("all-exits", ["model.onnx"]),
        ("nested-if", ["model.onnx"]),
    ])
    func everyFormHasItsFilesAndAManifest(form: String, files: [String]) throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder + "/model")
            let output = folder + "/deploy"
            let result = try Program.run(
                "export", folder + "/model", "--form", form, "--output", output)
            #expect(result.status == 0, "\(result.errors)")
            #expect(try Self.names(output) == (files + ["manifest.json"]).sorted())
            for file in files { #expect(result.output.contains(file)) }
            #expect(result.output.contains("image \(form == "nested-if" ? "1" : "N")x1x28x28"))
            let text = try contents(output + "/manifest.json")
            let manifest = try JSONDecoder().decode(JSONValue.self, from: Data(text))
            for file in files {
                let sha256 = try Checksum.sha256(contents("\(output)/\(file)"))
                #expect(manifest["files"]?[file]?["sha256"] == .string(sha256))
            }
            #expect(manifest["policy"]?["score"] == .string("entropy"))
            #expect(manifest["form"] == .string(form))
        }
    }

    @Test func describesWhatExportPrintsAndWrites() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeConstant(
                to: folder + "/model", geometry: ImageGeometry(resize: 32))
            let result = try Program.run(
                "export", folder + "/model", "--form", "stages", "--output", folder + "/deploy",
                "--preprocessing", "--json")
            #expect(try Array(result.output.utf8) == contents(folder + "/deploy/manifest.json"))
            let document = try JSONDecoder().decode(JSONValue.self, from: Data(result.output.utf8))
            try DocumentedKeys(section: "export --json").expectToDescribe(
                document.places(opaque: ["files", "provenance"]),
                without: [
                    "certificate", "certificate.computation", "certificate.confidence",
                    "certificate.dataset", "certificate.guarantee", "certificate.loss",
                    "certificate.maximumLoss", "certificate.samples", "certificate.upperBound",
                    "policy.patience", "times", "times.engine", "times.microsecondsToExit[]",
                    "times.precision",
                ])
            #expect(document["image"]?["isPreparedInGraph"] == .boolean(true))
        }
    }

    @Test func aModelWithoutAPolicyIsExportedButDecidesNothing() throws {
        try withTemporaryFolder { folder in
            let model = folder + "/model"
            try SampleModel.writeRandom(to: model, policy: nil)
            let stages = try Program.run(
                "export", model, "--form", "stages", "--output", folder + "/stages")
            #expect(stages.status == 0 && stages.errors.contains("keeps no policy"))
            let refused = try Program.run(
                "export", model, "--form", "nested-if", "--output", folder + "/if")
            #expect(refused.status == 65 && refused.errors.contains("branchynet calibrate"))
            #expect(!FileManager.default.fileExists(atPath: folder + "/if"))
        }
    }

    @Test func nothingIsWrittenOver() throws {
        try withTemporaryFolder { folder in
            let model = folder + "/model"
            try SampleModel.writeRandom(to: model)
            let before = try Self.names(model)
            let file = try write([1], to: "file", in: folder)
            for output in [model, file] {
                let result = try Program.run(
                    "export", model, "--form", "all-exits", "--output", output)
                #expect(result.status == 73, "\(result.errors)")
            }
            #expect(try Self.names(model) == before && contents(file) == [1])
            let wrong = try Program.run(
                "export", model, "--form", "tree", "--output", folder + "/out")
            #expect(wrong.status == 64 && wrong.errors.contains("nested-if"), "\(wrong.errors)")
        }
    }
    #else
    @Test func withoutONNXItSaysWhatIsMissing() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder + "/model")
            let result = try Program.run(
                "export", folder + "/model", "--form", "stages", "--output", folder + "/out")
            #expect(result.status == 1 && result.errors.contains("without ONNX"))
        }
    }
    #endif
}

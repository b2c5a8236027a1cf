import BranchyChecksum
import BranchyCompute
import BranchyNet
import BranchyTraining
import Foundation
import TestSupport
import Testing

/// `import` makes model folders of what other programs trained.
struct ImportTests {
    /// A file that an exporter of PyTorch's wrote.
    private static let exported = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../BranchyONNXTests/Fixtures/tiny-legacy.onnx").path

    private static func read(_ folder: String) throws -> TrainedModel {
        try ModelFolder(folder).read(digest: Checksum.sha256)
    }

    #if ONNX
    @Test func anONNXFileBecomesAModelThatPredicts() throws {
        try withTemporaryFolder { folder in
            let result = try Program.run("import", Self.exported, "--output", folder + "/tiny")
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.output.contains("tiny-legacy, from pytorch"))
            #expect(result.output.contains("13 places where one value is live"))
            #expect(result.output.contains("mean 0.485 0.456 0.406"))
            #expect(result.output.contains("which the file does not say"))
            let model = try Self.read(folder + "/tiny")
            #expect(model.network.inputShape == [3, 15, 15])
            #expect(model.classNames == (0..<10).map(String.init))
            #expect(model.preprocessing.geometry?.resize == 18)
            let file = try #require(model.provenance.imported)
            #expect(file.name == "tiny-legacy.onnx")
            #expect(file.checksum == (try Checksum.sha256(contents(Self.exported))))
            #expect(file.producer.hasPrefix("pytorch"))
        }
    }

    /// What was not trained here has no recipe, and is asked about the data that is named.
    @Test func anImportedModelIsEvaluatedOnDataThatAreNamed() throws {
        try withTemporaryFolder { folder in
            let model = folder + "/tiny"
            #expect(try Program.run("import", Self.exported, "--output", model).status == 0)
            for name in ["0", "1"] {
                for number in 0..<9 {
                    try write(
                        SamplePhotos.picture(number, alongRows: name == "0"),
                        to: "\(name)/\(number).png", in: folder + "/photos")
                }
            }
            let unnamed = try Program.run("evaluate", model)
            #expect(unnamed.status == 65)
            #expect(unnamed.errors.contains("pass --dataset"), "\(unnamed.errors)")
            let result = try Program.run(
                "evaluate", model, "--dataset", "folder:\(folder)/photos", "--json", "--quiet")
            #expect(result.status == 0, "\(result.errors)")
            // 15 % of each class are for the test.
            let document = try JSONDecoder().decode(
                JSONValue.self, from: Data(result.output.utf8))
            #expect(document["samples"] == .integer(2))
            let page = folder + "/page.html"
            let report = try Program.run(
                "report", model, "--dataset", "folder:\(folder)/photos", "--output", page)
            #expect(report.status == 0, "\(report.errors)")
            let text = String(decoding: try contents(page), as: UTF8.self)
            #expect(text.contains("tiny-legacy.onnx, written by pytorch"))
            #expect(text.contains("branchynet import tiny-legacy.onnx --output MODEL"))
            #expect(text.contains("The network was trained elsewhere"))
            for word in [
                "epochs", "random parameters", "recipe.yaml", "branchynet train",
                "these thresholds", "leaves early", "Thresholds are never",
            ] {
                #expect(!text.contains(word), "\(word)")
            }
        }
    }

    @Test func whatTheFileDoesNotSayIsSaidByOptions() throws {
        try withTemporaryFolder { folder in
            let names = (0..<10).map { "class \($0)" }
            let labels = try write(
                Array(names.joined(separator: "\n").utf8), to: "labels", in: folder)
            let result = try Program.run(
                "import", Self.exported, "--output", folder + "/tiny", "--labels", labels, "--mean",
                "0.5,0.25,0", "--std", "1,2,3", "--resize", "stretch")
            #expect(result.status == 0, "\(result.errors)")
            #expect(!result.output.contains("which the file does not say"))
            let model = try Self.read(folder + "/tiny")
            #expect(model.classNames == names)
            #expect(
                model.preprocessing
                    == Preprocessing(
                        mean: [0.5, 0.25, 0], standardDeviation: [1, 2, 3],
                        geometry: ImageGeometry()))
        }
    }

    @Test func describesWhatImportPrints() throws {
        try withTemporaryFolder { folder in
            let text = try Program.run(
                "import", Self.exported, "--output", folder + "/tiny", "--json"
            ).output
            let document = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
            try DocumentedKeys(section: "import --json").expectToDescribe(
                document.places(), without: ["leftOut[]"])
        }
    }

    @Test func wrongFilesOptionsAndPlacesAreRefused() throws {
        try withTemporaryFolder { folder in
            let text = try write(Array("no network".utf8), to: "text.onnx", in: folder)
            let labels = try write(Array("one\ntwo\n".utf8), to: "labels", in: folder)
            let output = folder + "/out"
            for (status, arguments) in [
                (65, [text]), (65, [folder + "/none.onnx"]),
                (65, [Self.exported, "--labels", labels]), (64, [Self.exported, "--mean", "1,2"]),
                (64, [Self.exported, "--std", "1,1,0"]), (64, [Self.exported, "--mean", "a,b,c"]),
                (64, [Self.exported, "--resize", "0"]),
            ] {
                let result = try Program.run(["import"] + arguments + ["--output", output])
                #expect(result.status == status, "\(arguments): \(result.errors)")
                #expect(!FileManager.default.fileExists(atPath: output + "/manifest.json"))
            }
            #expect(
                try Program.run("import", Self.exported, "--output", text).status == 73)
        }
    }

    @Test func aModelThatIsThereStays() throws {
        try withTemporaryFolder { folder in
            let arguments = ["import", Self.exported, "--output", folder + "/tiny"]
            #expect(try Program.run(arguments).status == 0)
            let again = try Program.run(arguments)
            #expect(again.status == 73)
            #expect(again.errors.contains("already holds a model"))
        }
    }
    #else
    @Test func withoutTheTraitItSaysWhatIsMissing() throws {
        try withTemporaryFolder { folder in
            let result = try Program.run("import", Self.exported, "--output", folder + "/tiny")
            #expect(result.status == 1)
            #expect(result.errors.contains("built without ONNX"))
        }
    }
    #endif

    @Test func aStateDictIsReadIntoANetwork() throws {
        try withTemporaryFolder { folder in
            let network = try BranchedNetwork.named("lenet")
            let parameters = try ParameterStore.initial(for: network, seed: 3)
            let weights = try write(
                Safetensors(parameters).serialized(), to: "weights.safetensors", in: folder)
            let result = try Program.run(
                "import", weights, "--network", "lenet", "--output", folder + "/lenet")
            #expect(result.status == 0, "\(result.errors)")
            #expect(try Self.read(folder + "/lenet").parameters == parameters)
            let other = try Program.run(
                "import", weights, "--network", "b-lenet", "--output", folder + "/other")
            #expect(other.status == 65)
            #expect(other.errors.contains("missing: "))
        }
    }
}

import BranchyCompute
import BranchyNet
import BranchyTraining
import Foundation
import TestSupport
import Testing

/// What is printed has the keys and types that `docs/JSON.md` lists; for `train`, which needs data,
/// see ``TrainingRunTests``.
struct JSONDocumentTests {
    /// A network that has each kind of layer.
    private let network = BranchedNetwork("every", inputShape: [1, 28, 28], classCount: 10) {
        Conv2D("conv", inputChannels: 1, outputChannels: 2, kernelSize: 3)
        Branch("early") {
            MaxPool2D(kernelSize: 2, stride: 2)
            Flatten()
            Linear("linear", inputFeatures: 338, outputFeatures: 10)
        }
        ReLU()
        Flatten()
        Dropout("dropout", rate: 0.5)
        Linear("linear", inputFeatures: 1352, outputFeatures: 10)
    }

    @Test func describesWhatInspectPrints() throws {
        let text = try withTemporaryFolder { folder in
            try SampleModel.write(
                network, ParameterStore.initial(for: network, seed: 1), to: folder)
            return try Program.run("inspect", folder, "--json").output
        }
        let layers: Set = ["stages[].backbone[]", "stages[].branch.layers[]"]
        let document = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        let places = document.places(opaque: layers)
        try DocumentedKeys(section: "inspect --json").expectToDescribe(places)
        let keys = try DocumentedKeys(section: "inspect --json", heading: "key of a layer")
        for (path, layer) in places where layers.contains(path) {
            guard case .string(let type) = layer["type"] else {
                Issue.record("a layer of no type: \(layer)")
                continue
            }
            // All keys that a layer may have are compared by DocumentedTypesTests.
            let (own, found) = (DocumentedKeys(keys, of: type), layer.places())
            own.expectToDescribe(
                found, without: Set(own.types.keys).subtracting(found.map(\.path)))
        }
    }

    @Test func describesWhatBenchPrints() throws {
        let text = try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder, dataset: "digits")
            return try Program.run(
                "bench", folder, "--dataset", "digits", "--calls", "5", "--json"
            ).output
        }
        let document = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        try DocumentedKeys(section: "bench --json").expectToDescribe(document.places())
    }

    @Test func describesWhatProfilePrints() throws {
        let text = try Program.run("profile", "lenet", "--repetitions", "1", "--json").output
        let document = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        try DocumentedKeys(section: "profile --json").expectToDescribe(document.places())
    }

    @Test func describesWhatEvaluatePrints() throws {
        let text = try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder, dataset: "digits")
            return try Program.run(
                "evaluate", folder, "--dataset", "digits", "--limit", "60", "--confusion",
                "--reject-below", "0.1", "--quiet", "--json"
            ).output
        }
        let document = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        try DocumentedKeys(section: "evaluate --json").expectToDescribe(
            document.places(), without: ["temperatures[]"])
    }

    @Test(
        arguments: [
            ([], "key", ["unsure"]), (["--reject-below", "0.5"], "key", []),
            (["--all-exits"], "key with `--all-exits`", []),
        ] as [([String], String, Set<String>)])
    func describesWhatPredictPrints(
        options: [String], heading: String, absent: Set<String>
    ) throws {
        let lines = try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder)
            let file = try write(SampleImages(count: 1).idx, to: "images", in: folder)
            let arguments = ["predict", folder, file, folder + "/none", "--json"] + options
            return try Program.run(arguments).output.split(separator: "\n")
        }
        let documents = try lines.map {
            try JSONDecoder().decode(JSONValue.self, from: Data($0.utf8))
        }
        #expect(documents.count == 2)
        try DocumentedKeys(section: "predict --json", heading: heading).expectToDescribe(
            documents[0].places(), without: absent)
        try DocumentedKeys(section: "predict --json", heading: "key of a file that is not answered")
            .expectToDescribe(documents[1].places())
    }
}

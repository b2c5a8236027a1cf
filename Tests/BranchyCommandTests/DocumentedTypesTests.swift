import BranchyCompute
import BranchyNet
import BranchyTraining
import Foundation
import TestSupport
import Testing

/// Types that are written and read as JSON or YAML are documented key by key, and nothing is
/// documented that they do not have.
struct DocumentedTypesTests {
    private func document(_ value: some Encodable) throws -> JSONValue {
        try JSONDecoder().decode(JSONValue.self, from: JSONEncoder.branchyNet.encode(value))
    }

    private static let window = Extent2D(height: 2, width: 3)
    private static let padding = Padding2D(top: 0, left: 1, bottom: 1, right: 0)

    /// Layers of each type that have all its keys between them; a new type does not compile before
    /// there is one here.
    private func layers(_ kind: Layer.Kind) -> [Layer] {
        let (window, padding) = (Self.window, Self.padding)
        switch kind {
        case .conv2D:
            return [
                Conv2D(
                    "conv", inputChannels: 2, outputChannels: 2, kernelSize: 3, dilation: 2,
                    groups: 2
                ).layer,
                Conv2D(
                    "conv", inputChannels: 1, outputChannels: 2, kernelSize: window,
                    stride: window, padding: padding, dilation: window
                ).layer,
            ]
        case .linear: return [Linear("linear", inputFeatures: 4, outputFeatures: 2).layer]
        case .maxPool2D:
            return [
                MaxPool2D(kernelSize: 2, stride: 2, padding: 1).layer,
                MaxPool2D(kernelSize: window, stride: window, padding: padding).layer,
            ]
        case .averagePool2D:
            return [
                AveragePool2D(kernelSize: 2, stride: 2, padding: 1, countsPadding: true).layer,
                AveragePool2D(kernelSize: window, stride: window, padding: padding).layer,
            ]
        case .globalAveragePool2D: return [GlobalAveragePool2D(keepsDimensions: true).layer]
        case .reLU: return [ReLU().layer]
        case .clip: return [Clip(minimum: 0, maximum: 6).layer]
        case .sigmoid: return [Sigmoid().layer]
        case .hardSigmoid: return [HardSigmoid().layer]
        case .hardSwish: return [HardSwish().layer]
        case .siLU: return [SiLU().layer]
        case .gelu: return [GELU().layer]
        case .dropout: return [Dropout("dropout", rate: 0.5).layer]
        case .flatten: return [Flatten().layer]
        case .batchNorm2D: return [BatchNorm2D("bn", channels: 2, epsilon: 0.25).layer]
        case .localResponseNorm:
            return [LocalResponseNorm(size: 5, alpha: 0.5, beta: 0.75, k: 1.5).layer]
        case .residual: return [Residual(name: "block", body: [ReLU().layer]).layer]
        case .parallel:
            return [Parallel(name: "p", join: .add, paths: [[], [ReLU().layer]]).layer]
        case .selectChannels: return [SelectChannels(first: 0, count: 1).layer]
        case .channelShuffle: return [ChannelShuffle(groups: 2).layer]
        }
    }

    @Test(arguments: Layer.Kind.allCases) func layersHaveTheKeysThatAreDocumented(
        kind: Layer.Kind
    ) throws {
        let keys = try DocumentedKeys(section: "inspect --json", heading: "key of a layer")
        let layers = try layers(kind).map(document)
        #expect(layers.allSatisfy { $0["type"] == .string(kind.rawValue) })
        DocumentedKeys(keys, of: kind.rawValue).expectToDescribe(
            layers.flatMap { $0.places(opaque: ["body[]", "paths[][]"]) })
    }

    @Test func onlyLayersThatThereAreAreDocumented() throws {
        let keys = try DocumentedKeys(section: "inspect --json", heading: "key of a layer")
        #expect(keys.allOwners == Set(Layer.Kind.allCases.map(\.rawValue)))
    }

    /// A policy of each kind that a model keeps, and the keys that the other has.
    private static let policies: [(policy: ModelPolicy, absent: Set<String>)] = [
        (
            .thresholds(ThresholdPolicy(score: .margin, thresholds: [.infinity])),
            ["policy.patience", "policy.weights[][]"]
        ),
        (
            .thresholds(
                ThresholdPolicy(
                    score: .failure(FailurePredictor(weights: [[1, 2, 3, 4, 5]])),
                    thresholds: [0.5])), ["policy.patience"]
        ),
        (
            .patience(PatiencePolicy(patience: 1)),
            ["policy.score", "policy.thresholds[]", "policy.weights[][]"]
        ),
    ]

    @Test(arguments: policies.indices) func modelsHaveTheKeysThatAreDocumented(index: Int) throws {
        let (policy, absent) = Self.policies[index]
        let point = OperatingPoint(thresholds: [0.5], accuracy: 1, exitRates: [1, 0], cost: 1)
        let record = CalibrationRecord(
            objective: "knee", score: .margin, patience: 2, chosen: point, front: [point],
            microsecondsToExit: [1, 2], costFile: "phone.json", samples: 100, dataset: "mnist",
            dataChecksum: "0", engine: "native", precision: "float32")
        let details = try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder)
            var model = try ModelFolder(folder).read(digest: SampleModel.digest)
            (model.policy, model.calibration) = (policy, record)
            model.temperatures = ExitTemperatures([1.5, 2])
            model.provenance.initialChecksum = "0"
            model.provenance.validationAccuracy = [0.5, 0.5]
            let copy = folder + "/copy"
            try FileManager.default.createDirectory(
                atPath: copy, withIntermediateDirectories: false)
            try ModelFolder(copy).write(model, digest: SampleModel.digest)
            return try JSONDecoder().decode(
                JSONValue.self, from: Data(contents(copy + "/model.json")))
        }
        let keys = try DocumentedKeys(section: "model.json")
        let imported = Set(keys.types.keys.filter { $0.hasPrefix("provenance.imported") })
        keys.expectToDescribe(
            details.places(opaque: ["calibration"]), without: absent.union(imported))
        let calibration = try #require(details["calibration"])
        try DocumentedKeys(section: "calibrate --json").expectToDescribe(
            calibration.places(opaque: ["front[]"]), without: ["temperatures[]", "warnings[]"])
        #expect(calibration["front"]?.elements.first == calibration["chosen"])
    }

    /// Of what was imported no training is told.
    @Test func importedParametersHaveTheKeysThatAreDocumented() throws {
        let provenance = Provenance(
            imported: ImportedFile(name: "a.onnx", checksum: "0", producer: "pytorch 2.13.0"))
        let keys = try DocumentedKeys(section: "model.json")
        let others = keys.types.keys.filter { !$0.hasPrefix("provenance.imported") }
        keys.expectToDescribe(
            try document(["provenance": provenance]).places(),
            without: Set(others).subtracting(["provenance"]))
        let bytes = try JSONEncoder.branchyNet.encode(provenance)
        #expect(try JSONDecoder.branchyNet.decode(Provenance.self, from: bytes) == provenance)
    }

    @Test func scoresAreDocumentedByName() throws {
        try expectNames(
            ExitScore.Kind.allCases.map(\.rawValue), in: "docs/JSON.md", under: "## `model.json`",
            line: "| `policy.score` |")
    }

    @Test func recipesHaveTheKeysThatAreDocumented() throws {
        var recipe = try Recipe.builtIn(for: "b-alexnet")
        recipe.thresholds = [0.5, 0.5]
        recipe.addedEpochs = [1]
        let keys = try document(recipe).places().map(\.path)
            .map { $0.replacingOccurrences(of: "[]", with: "") }
        let leaves = Set(keys).subtracting([
            "optimizer", "schedule", "distillation", "regime", "data", "data.colorJitter",
            "data.erasing",
        ])
        let documented = try documentedRecipeKeys()
        #expect(leaves == documented)
    }

    /// The first cells of the table in `docs/Training.md`, where `optimizer.beta1`, `.beta2` are two
    /// keys.
    private func documentedRecipeKeys() throws -> Set<String> {
        let page = try lines(of: "docs/Training.md")
        let table = try #require(page.firstIndex(of: "| key | meaning | range |"))
        let cells = page[(table + 2)...].prefix { $0.hasPrefix("| ") }.map {
            $0.split(separator: "|")[0].trimmingCharacters(in: .whitespaces)
        }
        return Set(
            cells.flatMap { cell -> [String] in
                let names = cell.components(separatedBy: ", ").map {
                    $0.trimmingCharacters(in: ["`"])
                }
                let owner = names[0].split(separator: ".").dropLast().joined(separator: ".")
                return names.map { $0.hasPrefix(".") ? owner + $0 : $0 }
            })
    }

    @Test func whatARecipeMayNameIsDocumented() throws {
        let page = "docs/Training.md"
        let optimizers = Recipe.OptimizerRecipe.Name.allCases.map(\.rawValue)
        try expectNames(optimizers, in: page, line: "| `optimizer.name` |")
        let schedules = Recipe.ScheduleRecipe.Name.allCases.map(\.rawValue)
        try expectNames(schedules, in: page, line: "| `schedule.name` |")
        try expectNames(
            ClassWeighting.allCases.map(\.rawValue), in: page, line: "| `data.classWeights` |")
        try expectNames(Precision.allCases.map(\.rawValue), in: page, line: "| `precision` |")
        try expectNames(Freezing.allCases.map(\.rawValue), in: page, line: "| `freeze` |")
        try expectNames(
            Initialization.allCases.map(\.rawValue), in: page, line: "| `initialization` |")
    }

    /// Expects a line to have exactly some names in quotation marks behind its first cell.
    ///
    /// - Parameter heading: stands above the line; the page's first if there are several.
    private func expectNames(
        _ names: [String], in page: String, under heading: String = "# ", line start: String
    ) throws {
        let found = try lines(of: page).drop { !$0.hasPrefix(heading) }
            .first { $0.hasPrefix(start) }
        let line = try #require(found)
        let parts = line.dropFirst(start.count).components(separatedBy: "`")
        let quoted = parts.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
        #expect(Set(quoted) == Set(names))
    }

    private func lines(of page: String) throws -> [String] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../..")
        return try String(contentsOf: root.appendingPathComponent(page), encoding: .utf8)
            .components(separatedBy: "\n")
    }
}

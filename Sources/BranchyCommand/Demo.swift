import ArgumentParser
import BranchyChecksum
import BranchyCompute
import BranchyData
import BranchyNet
import BranchyTraining
import BranchyWorkflow
import Foundation

/// `branchynet demo`
struct Demo: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train, calibrate and evaluate on drawn digits: no data, no network needed.")

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Folder to write both models to.", valueName: "dir"),
        completion: .directory)
    var output = "runs/demo"

    @Option(
        help: ArgumentHelp("Passes over the training images.", valueName: "n"),
        transform: Number.whole(1...1_000))
    var epochs = 6

    @Flag(help: "Replace runs and models of these names even where no demo made them.")
    var force = false

    func run() throws {
        try FolderLock(output).whileHeld { try show() }
    }

    private func show() throws {
        let (plain, branched) = (output + "/lenet", output + "/b-lenet")
        // Both are looked at before one of them goes.
        if !force {
            try checkEarlierDemo(of: "lenet", in: plain)
            try checkEarlierDemo(of: "b-lenet", in: branched)
        }
        for folder in [plain, branched] { try RunFolder(folder).removeFiles() }
        let images = try DrawnDigits.load().test
        try showShippedModel(images)
        try heading("1. The plain network, for comparison: LeNet on drawn digits")
        try train("lenet", into: plain)
        try heading("2. B-LeNet: the same network with a branch, both exits trained at once")
        try train("b-lenet", into: branched)
        let model = ModelFolder(branched)
        let engine = try Engines.inference()
        try heading("3. Where may an image leave? Thresholds from images that trained nothing")
        let calibration = try WorkflowDisplay.whileShown(true) {
            try model.calibrate(engine: engine, observer: $0)
        }
        StandardError.warn(calibration.warnings)
        try StandardOutput.write(CalibrationReport(calibration).text)
        try heading("4. What is it worth? On test images that chose nothing")
        var comparison = EvaluationOptions()
        comparison.baseline = plain
        let report = try WorkflowDisplay.whileShown(true) {
            try model.evaluate(comparison, engine: engine, observer: $0)
        }
        try StandardOutput.write(EvaluationText(report).text)
        try heading("5. Ten test images, and where they left")
        try show(images, branched)
        try StandardOutput.write(
            """

            The models are in \(output). Next:
              branchynet inspect \(branched.shellWord)
              branchynet train b-lenet --data-dir DATA --output runs/mnist    (MNIST in DATA/mnist)
              branchynet predict \(branched.shellWord) picture.png    (28×28, light on dark)

            """)
    }

    private func train(_ name: String, into folder: String) throws {
        let run = TrainingRun(try .named(name), recipe: try recipe(of: name))
        let summary = try WorkflowDisplay.whileShown(true) {
            try run.train(into: folder, observer: $0, engine: Engines.training)
        }
        StandardError.write("wrote \(summary.model)\n")
    }

    private func recipe(of name: String) throws -> Recipe {
        var recipe = try Recipe.standard(for: .named(name))
        (recipe.dataset, recipe.epochs) = ("digits", epochs)
        recipe.data.validationImages = 1_000
        recipe.data.calibrationImages = 5_000
        return recipe
    }

    /// A demo starts afresh; what is not a demo's is left alone.
    private func checkEarlierDemo(of name: String, in folder: String) throws {
        let own = try BranchedNetwork.named(name)
        var expected = try recipe(of: name)
        do {
            try RunFolder(folder).checkRemoval { network, recipe in
                expected.epochs = recipe.epochs
                return network == own && recipe == expected
            }
        } catch let error as ModelError where error.code == .unwritable {
            throw ModelError(
                .unwritable,
                "\(error.message); choose another --output, or replace the run in it by --force")
        }
    }

    /// What there is to see before anything was trained; nothing where no model is shipped.
    private func showShippedModel(_ images: ImageDataset) throws {
        let folder = ShippedModels.folder("b-lenet")
        guard FileManager.default.fileExists(atPath: folder) else { return }
        try heading("The shipped B-LeNet, trained on MNIST, on drawn digits that it never saw")
        try show(images, folder)
    }

    private func show(_ test: ImageDataset, _ folder: String) throws {
        let model = try ModelFolder(folder).read(digest: Checksum.sha256)
        guard model.policy != nil else { return }
        let predictor = try Predictor(model, engine: try Engines.inference())
        let shown = (0..<10).compactMap { digit in
            (0..<test.count).first { test.label(at: $0) == digit }
        }
        for row in [shown.prefix(5), shown.dropFirst(5)] {
            let cells = try row.map { index in
                try PredictedImage(
                    test.pixels(at: index), label: test.label(at: index), predictor, model)
            }
            try StandardOutput.write(PredictedImage.sideBySide(cells) + "\n")
        }
    }

    private func heading(_ text: String) throws {
        try StandardOutput.write("\n\(text)\n\n")
    }
}

/// An image with what the network said about it.
private struct PredictedImage {
    private let lines: [String]

    init(
        _ pixels: ArraySlice<UInt8>, label: Int, _ predictor: Predictor, _ model: TrainedModel
    ) throws {
        let image = try model.preprocessing.image(of: pixels, shape: model.network.inputShape)
        let prediction = try predictor.predict(image)
        let answer = model.classNames[prediction.predictedClass]
        let verdict =
            prediction.predictedClass == label
            ? answer : "\(answer), not \(model.classNames[label])"
        lines =
            Thumbnail(pixels, side: model.network.inputShape[2]).rows + [
                "→ \(verdict)", "exit \(prediction.exit + 1)",
                "entropy " + Format.fixed(Double(prediction.observation.entropy), digits: 3),
            ]
    }

    static func sideBySide(_ images: [PredictedImage]) -> String {
        let height = images.map(\.lines.count).max() ?? 0
        return (0..<height).map { line in
            images.map { image in
                let text = line < image.lines.count ? image.lines[line] : ""
                return text + String(repeating: " ", count: max(0, Thumbnail.width - text.count))
            }.joined(separator: "  ") + "\n"
        }.joined()
    }
}

import ArgumentParser
import BranchyChecksum
import BranchyNet
import BranchyTraining

/// How a study trains what it compares.
struct StudyTraining: ParsableArguments {
    @OptionGroup var data: DataOptions

    @Option(
        help: ArgumentHelp(
            "Passes over the training images (default: the recipe's).", valueName: "n"),
        transform: Number.whole(1...100_000))
    var epochs: Int?

    @Flag(help: "One epoch on a small part of the images: the same path, in a minute.")
    var quick = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Folder of the models (default: runs/study-NAME, or runs/study-NAME-quick).",
            valueName: "dir"),
        completion: .directory)
    var output: String?

    func validate() throws {
        guard epochs == nil || !quick else {
            throw ValidationError("--quick trains for one epoch; pass it or --epochs")
        }
    }

    /// The folder of a study's models.
    func folder(ofStudy name: String) -> String {
        output ?? "runs/study-\(name)" + (quick ? "-quick" : "")
    }

    /// Trains what is not trained yet.
    ///
    /// - Returns: the models, in the order of the variants.
    func models(
        of variants: [StudyVariant], in folder: String, quiet: Bool
    ) throws -> [StudyModel] {
        var progress = StudyProgress(variants.count, isShown: !quiet)
        return try variants.map { variant in
            let training = ResumableTraining(
                network: variant.network, folder: folder + "/" + variant.name,
                arguments: variant.arguments + arguments)
            progress.begin(variant.title, isFinished: training.isFinished)
            try training.run(quiet: quiet)
            return try StudyModel(in: training.folder)
        }
    }

    private var arguments: [String] {
        (data.dataset.map { ["--dataset", $0] } ?? [])
            + (data.dataDir.map { ["--data-dir", $0] } ?? [])
            + (epochs.map { ["--set", "epochs=\($0)"] } ?? [])
            + (quick ? ResumableTraining.quickArguments : [])
    }
}

/// One of the trainings that a study compares.
struct StudyVariant {
    /// Its folder's name.
    let name: String
    /// For people.
    let title: String
    /// The network's name, or a file that describes it.
    let network: String
    /// Further arguments of `train`.
    let arguments: [String]
}

/// A model that a study trained.
struct StudyModel {
    let folder: String
    let model: TrainedModel
    /// How many images its accuracies are of.
    let validationImages: Int

    init(in folder: String) throws {
        self.folder = folder
        model = try ModelFolder(folder).read(digest: Checksum.sha256)
        validationImages = try Recipe(besideModel: folder, of: model.network).data
            .validationImages
    }

    /// Of each exit, had all validation images been answered there.
    var accuracy: [Double] { model.provenance.validationAccuracy }
}

extension [StudyModel] {
    /// What the figures are of, for the first line of a table.
    var origin: String {
        guard let first else { return "nothing" }
        let provenance = first.model.provenance
        let epochs = provenance.epochs == 1 ? "1 epoch" : "\(provenance.epochs) epochs"
        return "\(provenance.dataset), \(epochs), "
            + "accuracy of every exit on all of \(Format.grouped(first.validationImages)) "
            + "validation images"
    }

    /// What a difference has to exceed to say something, for the last line.
    var caution: String {
        guard let first, let accuracy = map({ $0.accuracy.last ?? 0 }).max() else { return "" }
        let error = (accuracy * (1 - accuracy) / Double(first.validationImages)).squareRoot()
        return "Each was trained once, from one seed; an accuracy of \(Format.percent(accuracy)) "
            + "has a standard error of \(Format.fixed(error * 100, digits: 2)) points here. Test "
            + "images were not read."
    }
}

/// Says which training begins, and how long all of them take.
private struct StudyProgress {
    private let count: Int
    private let isShown: Bool
    private let start = ContinuousClock.now
    private var begun = 0
    private var trained = 0

    init(_ count: Int, isShown: Bool) {
        (self.count, self.isShown) = (count, isShown)
    }

    mutating func begin(_ title: String, isFinished: Bool) {
        let left = count - begun
        begun += 1
        guard !isFinished else { return }
        if isShown {
            // By the trainings of this run; those behind may be done already.
            let perTraining = start.duration(to: .now).seconds / Double(max(trained, 1))
            let rest = Format.duration(.seconds(perTraining * Double(left)))
            let forecast = trained > 0 ? ", at most \(rest) left for all" : ""
            StandardError.write("training \(begun) of \(count): \(title)\(forecast)\n")
        }
        trained += 1
    }
}

import ArgumentParser
import BranchyNet
import BranchyWorkflow

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

    var options: StudyOptions {
        var options = StudyOptions()
        (options.epochs, options.isQuick, options.data) = (epochs, quick, data.source)
        return options
    }
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

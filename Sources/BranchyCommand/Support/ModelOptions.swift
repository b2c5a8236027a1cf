import ArgumentParser
import BranchyNet

/// A trained model, and the policy under which it is used.
struct ModelOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Folder of a trained model, or the name of one that is shipped, such as b-lenet.",
            valueName: "model"),
        completion: .directory)
    var model: String

    /// The model's folder.
    var path: String { ShippedModels.folder(model) }

    @Option(
        name: [.customLong("threshold")],
        help: ArgumentHelp(
            "Entropy in nats below which a sample leaves, one for each early exit.",
            discussion: "Repeat it or separate by commas. 0 lets nobody leave early, inf "
                + "everybody. Without it, the model's own.", valueName: "T"))
    var thresholds: [ThresholdList] = []

    /// Reads the model, checking every file against its SHA-256.
    func load() throws -> TrainedModel {
        try ModelFolder(path).read(digest: Checksum.sha256)
    }

    /// The policy that was asked for, or the model's own.
    func policy(for model: TrainedModel) throws -> ThresholdPolicy {
        let asked = thresholds.flatMap(\.values)
        if asked.isEmpty {
            if let policy = model.policy { return policy }
            throw ValidationError(
                "\(path) has no exit thresholds yet; pass --threshold, such as --threshold 0.3")
        }
        let policy = ThresholdPolicy(thresholds: asked)
        do {
            try policy.validate(exitCount: model.network.exitCount)
        } catch {
            throw ValidationError("--threshold: \(error)")
        }
        return policy
    }
}

/// Numbers separated by commas.
struct ThresholdList: ExpressibleByArgument {
    let values: [Float]

    init?(argument: String) {
        let fields = argument.split(separator: ",", omittingEmptySubsequences: false)
        let values = fields.compactMap { Float($0) }
        guard values.count == fields.count else { return nil }
        self.values = values
    }
}

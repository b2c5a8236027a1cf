import ArgumentParser
import BranchyCompute
import BranchyNet
import BranchyWorkflow

/// A trained model: one of the user's, or one that is shipped.
struct ModelArgument: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Folder of a trained model, or the name of one that is shipped, such as b-lenet.",
            valueName: "model"),
        completion: .directory)
    var model: String

    @OptionGroup var memory: MemoryOptions

    /// The model's folder.
    var path: String { ShippedModels.folder(model) }

    /// Reads the model, checking every file against its SHA-256, and that there is the memory that
    /// it takes.
    func load() throws -> TrainedModel { try ModelFolder(path).load(within: memory.limit) }
}

/// A trained model, and the policy under which it is used.
struct ModelOptions: ParsableArguments {
    @OptionGroup private var model: ModelArgument
    @OptionGroup var policy: PolicyOptions

    /// The model's folder.
    var path: String { model.path }

    /// How much memory may be taken.
    var memory: MemoryOptions { model.memory }

    /// As of the argument.
    func load() throws -> TrainedModel { try model.load() }

    /// A predictor under the policy that was asked for, or the model's own.
    func predictor(of model: TrainedModel, engine: any Engine) throws -> Predictor {
        var model = model
        return try predictor(taking: &model, engine: engine)
    }

    /// The same; the model has no parameters then.
    func predictor(taking model: inout TrainedModel, engine: any Engine) throws -> Predictor {
        let rule = try policy.rule(for: model)
        // What a deadline is planned by can be measured under any policy.
        let first = policy.deadline == nil ? nil : FixedExitPolicy(exit: 0)
        let ruling = try first ?? rule ?? ownPolicy(of: model)
        let predictor = try Predictor(
            network: model.network, parameters: model.takeParameters(),
            temperatures: model.temperatures, policy: ruling, engine: engine)
        return try policy.limitingTime(of: predictor, orEarlierBy: rule)
    }

    /// A plain network has one exit, and so none to choose.
    private func ownPolicy(of model: TrainedModel) throws -> any ExitPolicy {
        guard model.policy != nil || model.network.exitCount == 1 else {
            throw ValidationError(
                "\(path) has no exit thresholds yet; pass --threshold, such as --threshold 0.3")
        }
        return try model.exitPolicy()
    }
}

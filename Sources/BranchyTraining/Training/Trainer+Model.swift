import BranchyCompute
import BranchyData
public import BranchyNet

extension Trainer {
    /// The model as it stands, with the recipe's thresholds where it has some.
    ///
    ///     try trainer.fit()
    ///     let predictor = try Predictor(trainer.model(), engine: engine)
    ///
    /// - Parameters:
    ///   - calibrationChecksum: SHA-256 of the images that thresholds may be chosen on, so that they
    ///     are known again; empty where there are none.
    ///   - initialChecksum: SHA-256 of the parameters that the run began with; `nil` where it began
    ///     at random.
    public func model(
        calibrationChecksum: String = "", initialChecksum: String? = nil
    ) -> TrainedModel {
        // In the order of the network, where a part of it is frozen.
        var parameters = frozen
        for (name, tensor) in state.modelParameters { parameters[name] = tensor }
        return TrainedModel(
            network: network, parameters: parameters,
            preprocessing: recipe.data.preprocessing, classNames: training.classNames,
            policy: recipe.thresholds.count == network.exitCount - 1
                ? .thresholds(ThresholdPolicy(thresholds: recipe.thresholds)) : nil,
            provenance: Provenance(
                dataset: training.name, trainingChecksum: training.checksum,
                validationChecksum: validation.checksum,
                calibrationChecksum: calibrationChecksum, seed: recipe.seed,
                epochs: recipe.totalEpochs, initialChecksum: initialChecksum, engine: engine.name,
                precision: recipe.precision.rawValue,
                validationAccuracy: state.history.last?.validationAccuracy ?? []))
    }
}

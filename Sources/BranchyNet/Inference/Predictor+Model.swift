public import BranchyCompute

extension Predictor {
    /// Compiles a model for one image at a time, under the policy that it keeps.
    public init(_ model: TrainedModel, engine: any Engine) throws {
        guard let policy = model.policy?.exitPolicy else {
            throw PolicyError("the model has no exit policy")
        }
        try self.init(
            network: model.network, parameters: model.parameters, policy: policy, engine: engine)
    }
}

import BranchyChecksum
import BranchyCompute
import BranchyNet

extension TrainingRun {
    /// The model to start from, and the SHA-256 of its parameters.
    func startingModel() throws -> (model: TrainedModel, checksum: String)? {
        guard let start else { return nil }
        let model = try ShippedModels.read(start, digest: Checksum.sha256)
        return (model, Checksum.sha256(Safetensors(model.parameters).serialized()))
    }
}

extension TrainedModel {
    /// What the model's classes are called, if a network that starts from it takes over what gives
    /// an exit its logits: an output then already stands for a class.
    func classNames(forClassifiersOf network: BranchedNetwork) -> [String]? {
        let isKept = network.classifiers.contains { parameters[$0 + ".weight"] != nil }
        return isKept ? classNames : nil
    }
}

extension ParameterStore {
    /// Takes over the parameters that another model has under the same names.
    ///
    /// - Parameter others: names of those that stay.
    mutating func replace(
        from model: TrainedModel, for network: BranchedNetwork, except others: Set<String> = []
    ) throws {
        var count = 0
        for (name, tensor) in self where !others.contains(name) {
            guard let other = model.parameters[name] else { continue }
            guard other.shape == tensor.shape else {
                throw NetworkError(
                    .shapeMismatch,
                    "'\(name)' has shape \(other.shape) in '\(model.network.name)' and "
                        + "\(tensor.shape) in '\(network.name)'")
            }
            self[name] = other
            count += 1
        }
        guard count > 0 else {
            throw NetworkError(
                .shapeMismatch,
                "'\(model.network.name)' has no parameter in common with '\(network.name)'")
        }
    }
}

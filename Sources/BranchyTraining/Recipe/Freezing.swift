package import BranchyCompute
package import BranchyNet

/// What of a network stays as it is while the rest is trained.
public enum Freezing: String, Hashable, Sendable, Codable, CaseIterable {
    /// Nothing: all parameters are trained.
    case none
    /// The backbone, batch normalization and its statistics included; branches are trained, on what it
    /// computes of each image once.
    case trunk
}

extension Recipe {
    /// The parameters of a network that this recipe trains, running statistics included, and their
    /// shapes, in the network's order.
    func trainedParameters(
        of network: BranchedNetwork
    ) throws(NetworkError) -> [(name: String, shape: Shape)] {
        let program = try network.plainProgram().program
        let all = program.parameters.map { ($0.name, program.type(of: $0.value).shape) }
        guard freeze == .trunk else { return all }
        let trained = Set(try newClasses ? network.exitParameters() : network.branchParameters())
        return all.filter { trained.contains($0.0) }
    }

    /// A network of which this recipe trains a part; `nil` where it trains all.
    ///
    /// - Throws: ``TrainingError/Code/invalidRecipe`` where the network has nothing to train.
    package func frozenNetwork(of network: BranchedNetwork) throws -> FrozenNetwork? {
        guard freeze == .trunk else { return nil }
        guard network.exitCount > 1 || newClasses else {
            throw TrainingError(
                .invalidRecipe,
                "recipe: 'freeze' is trunk, but '\(network.name)' has no branches to train; put some "
                    + "on by `branchynet branch`, or train its last layer for the classes of the data by "
                    + "--new-classes")
        }
        return try network.frozen(training: trainedParameters(of: network).map(\.name))
    }

    /// What a step of training computes in a phase.
    func program(
        toTrain network: BranchedNetwork, in phase: TrainingPhase
    ) throws -> NetworkProgram {
        let temperature = distillation.weight > 0 ? Float(distillation.temperature) : nil
        return try frozenNetwork(of: network)?.trainingProgram(
            labelSmoothing: labelSmoothing, temperature: temperature)
            ?? network.trainingProgram(
                labelSmoothing: labelSmoothing, mixesSamples: data.mixesImages,
                temperature: temperature, ofExits: phase.exits, frozenStages: phase.frozenStages)
    }

    /// The parameters of a store that this recipe trains.
    ///
    /// - Throws: `NetworkError` where the description does not make a network.
    package func trained(
        of parameters: ParameterStore, in network: BranchedNetwork
    ) throws -> ParameterStore {
        var trained = ParameterStore()
        for (name, _) in try trainedParameters(of: network) { trained[name] = parameters[name] }
        return trained
    }
}

import BranchyCompute
public import BranchyNet

extension Recipe {
    /// How many bytes it takes to train a network by this recipe, estimated before anything is
    /// allocated: activations of a batch, and what is kept of each parameter.
    ///
    /// - Throws: `NetworkError` where the description does not make a network.
    public func memory(toTrain network: BranchedNetwork) throws -> Int {
        // Training holds parameters and their derivatives once. Beside them there are the state's
        // own, of which every checkpoint is a copy until it is written.
        let copies = 2 * TrainingState.tensors(of: self).count
        let training = try phases.map {
            try program(toTrain: network, in: $0).memory.bytes(samples: batchSize)
        }
        let trained = try trainedParameters(of: network).reduce(0) {
            $0.addingSaturating(
                $1.shape.elementCount.multipliedSaturating(by: MemoryLayout<Float>.size))
        }
        return (training.max() ?? 0)
            .addingSaturating(trained.multipliedSaturating(by: copies))
    }
}

import BranchyCompute

/// How many bytes a network takes, estimated from its description before anything is allocated.
///
/// An estimate from below: engines keep some values in larger layouts, and a process has needs of
/// its own. It is there to refuse what a few hundred bytes of description would ask for.
public struct NetworkMemory: Hashable, Sendable {
    /// All parameters, once.
    public let parameters: Int
    /// What is alive at the same time while one sample is computed, at most.
    public let perSample: Int
    /// What is alive beside these, whatever the batch: derivatives by parameters, in training.
    public let perBatch: Int

    init(of program: Program) {
        (parameters, perSample, perBatch) = program.valueBytes
    }

    /// Bytes for a number of samples at the same time.
    ///
    /// - Parameters:
    ///   - samples: of all batches that are computed at the same time.
    ///   - parameterCopies: how often parameters are held: 2 for predicting, once as they are and
    ///     once as the engine packs them.
    public func bytes(samples: Int = 1, parameterCopies: Int = 2) -> Int {
        parameters.multipliedSaturating(by: parameterCopies)
            .addingSaturating(perSample.multipliedSaturating(by: samples))
            .addingSaturating(perBatch)
    }
}

extension NetworkProgram {
    /// What running it takes.
    public var memory: NetworkMemory { NetworkMemory(of: program) }
}

extension FrozenNetwork {
    /// What training takes beside the trunk, whose features are computed before.
    ///
    /// - Throws: ``NetworkError`` where the description does not make a network.
    public func trainingMemory() throws(NetworkError) -> NetworkMemory {
        try trainingProgram().memory
    }
}

extension BranchedNetwork {
    /// What predicting takes.
    ///
    /// - Throws: ``NetworkError`` where the description does not make a network.
    public func memory() throws(NetworkError) -> NetworkMemory {
        try inferenceProgram().memory
    }

    /// What training takes, with the parameters among what is held whatever the batch.
    ///
    /// - Throws: ``NetworkError`` where the description does not make a network.
    public func trainingMemory() throws(NetworkError) -> NetworkMemory {
        try trainingProgram().memory
    }
}

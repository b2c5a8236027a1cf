import BranchyCompute
import BranchyData
import BranchyNet

// What does not fit is refused before anything is compiled.
extension Trainer {
    static func check(
        _ state: TrainingState, of recipe: Recipe, fits network: BranchedNetwork
    ) throws {
        let trained = try recipe.trainedParameters(of: network)
        for (kind, path) in TrainingState.tensors(of: recipe) {
            for (name, expected) in trained {
                let found = state[keyPath: path][name]?.shape
                guard found != expected else { continue }
                throw TrainingError(
                    .invalidCheckpoint,
                    "the state's \(kind) '\(name)' "
                        + (found.map { "has shape \($0)" } ?? "is missing")
                        + ", expected shape \(expected)")
            }
        }
    }

    /// More steps than any run makes, and few enough that one more does not overflow.
    private static let largestStep = 1 << 53

    /// A state of another run might stand where this one never comes.
    static func check(
        _ state: TrainingState, isWithin recipe: Recipe, _ batchCount: Int
    ) throws(TrainingError) {
        guard 0...recipe.totalEpochs ~= state.epoch, 0..<batchCount ~= state.batch,
            0...largestStep ~= state.step,
            0...state.batch * recipe.batchSize ~= state.sampleCount
        else {
            throw TrainingError(
                .invalidCheckpoint,
                "the state is at batch \(state.batch) of epoch \(state.epoch) after "
                    + "\(state.step) steps, with \(state.sampleCount) samples of that epoch, but "
                    + "the run has \(batchCount) batches of \(recipe.batchSize) in each of "
                    + "\(recipe.totalEpochs) epochs")
        }
    }

    static func check(
        _ split: some DataSplit, fits network: BranchedNetwork
    ) throws(TrainingError) {
        guard split.imageShape == network.inputShape else {
            throw TrainingError(
                .unsuitableData,
                "the images of \(split.name) have shape \(split.imageShape), but the network "
                    + "'\(network.name)' expects \(network.inputShape)")
        }
        guard split.classNames.count == network.classCount else {
            throw TrainingError(
                .unsuitableData,
                "\(split.name) has \(split.classNames.count) classes, but the network "
                    + "'\(network.name)' has \(network.classCount)")
        }
        guard split.count > 0 else {
            throw TrainingError(
                .unsuitableData, "the \(type(of: split).splitName) split of \(split.name) is empty")
        }
    }
}

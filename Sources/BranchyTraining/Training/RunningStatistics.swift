import BranchyCompute
import BranchyNet

/// The running mean and variance of one batch normalization, by which inference normalizes.
///
///     running = 0.9 · running + 0.1 · batch
///
/// after every step, with the batch's unbiased variance, as in PyTorch.
///
/// References: Ioffe, Szegedy, *Batch Normalization*, ICML 2015, section 3.1.
struct RunningStatistics {
    /// How far running values move towards those of a batch.
    private static let momentum: Float = 0.1

    private let mean: (name: String, output: Int)
    private let variance: (name: String, output: Int)
    /// What makes the batch's variance unbiased: n / (n − 1) for n numbers.
    private let correction: Float

    /// - Throws: ``TrainingError/Code/invalidRecipe`` where a batch has a single number per channel.
    init(
        of normalization: NetworkProgram.BatchStatistics, in program: Program, batchSize: Int
    ) throws {
        let count = batchSize * normalization.count
        guard count > 1 else {
            throw TrainingError(
                .invalidRecipe,
                "recipe: 'batchSize' is \(batchSize), expected 2 or more: '\(normalization.name)' "
                    + "normalizes by its batch, and would see one number per channel")
        }
        mean = (
            normalization.runningMean, try program.requireOutput(normalization.meanOutput)
        )
        variance = (
            normalization.runningVariance, try program.requireOutput(normalization.varianceOutput)
        )
        correction = Float(count) / Float(count - 1)
    }

    /// Moves the running values towards those that a step has left.
    ///
    /// - Returns: whether they are finite afterwards.
    func update(_ parameters: inout ParameterStore, from workspace: borrowing Workspace) -> Bool {
        var check = FiniteCheck()
        for (place, factor) in [(mean, 1), (variance, correction)] {
            workspace.withOutput(place.output) { batch in
                _ = parameters.withMutableScalars(of: place.name) { running in
                    for index in running.indices {
                        running[index] += Self.momentum * (factor * batch[index] - running[index])
                        check.look(at: running[index])
                    }
                }
            }
        }
        return check.isPassed
    }
}

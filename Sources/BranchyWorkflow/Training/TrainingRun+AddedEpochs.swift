import BranchyTraining

// More epochs for a run that is finished: parameters, what the optimizer remembers and the average of
// the weights go on as they stand. A recipe that has the added epochs from the beginning gives the
// same bytes.
extension TrainingRun {
    /// Makes sure that there may be something to add to, before anything is made.
    func checkAddition(in output: String, isResuming: Bool) throws {
        guard let addedEpochs else { return }
        guard isResuming, RunFolder.holdsRun(output) else {
            throw TrainingError(
                .invalidCheckpoint,
                "there is no finished run in \(output) that \(addedEpochs) epochs could be added to"
            )
        }
    }

    /// Adds the epochs that were asked for, unless the run stands in the middle of them.
    func addEpochs(
        to checkpoint: inout Checkpoint, in folder: borrowing RunFolder, _ output: String
    ) throws {
        guard let addedEpochs else { return }
        let recipe = checkpoint.recipe
        // The model is written after the last epoch is saved: until then it is the one before.
        let isFinished =
            checkpoint.state.epoch == recipe.totalEpochs
            && (recipe.addedEpochs.isEmpty || folder.modelEpochs == recipe.totalEpochs)
        guard !isFinished else {
            checkpoint.recipe.addedEpochs.append(addedEpochs)
            return try checkpoint.recipe.validate()
        }
        guard recipe.addedEpochs.last == addedEpochs else {
            throw TrainingError(
                .invalidCheckpoint,
                "the run in \(output) is not finished: it stands in epoch "
                    + "\(checkpoint.state.epoch + 1) of \(recipe.totalEpochs); go on with it by --resume "
                    + "alone, then add epochs")
        }
    }

    /// What the learning rate does in the epochs that were asked for, in a line.
    func addition(of recipe: Recipe) -> String? {
        guard let addedEpochs, let steps = recipe.addedEpochs.last else { return nil }
        let start = recipe.totalEpochs - steps
        let rate = recipe.learningRate(atStep: start, batchesPerEpoch: 1)
        let course =
            switch recipe.schedule.name {
            case .constant, .step: "the learning rate stays at its last, \(rate)"
            case .oneCycle, .cosine:
                "the learning rate falls from \(rate), a tenth of its peak, to 0 along half a cosine"
            }
        let epochs = addedEpochs == 1 ? "1 epoch" : "\(Format.grouped(addedEpochs)) epochs"
        return "\(epochs) more, \(Format.grouped(recipe.totalEpochs)) in all: \(course)"
    }
}

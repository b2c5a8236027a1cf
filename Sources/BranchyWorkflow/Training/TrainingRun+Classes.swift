import BranchyData
import BranchyNet
import BranchyTraining

// A built-in network is made for as many classes as the data have, and so is that of a model whose exits
// begin anew. A described one stays as it is written, so that a mistake shows.
extension TrainingRun {
    /// What is trained, for so many classes where the network is a built-in one.
    func network(for classCount: Int?) -> BranchedNetwork {
        let network = side.map { self.network.resized(toSide: $0) } ?? self.network
        guard let classCount, network.isBuiltIn || ownStandard != nil else { return network }
        return network.classifying(classCount) ?? network
    }

    /// Whether this run trains a network, for whatever number of classes and, unless one is asked
    /// for, whatever size its data have.
    func trains(_ other: BranchedNetwork) -> Bool {
        var own = network(for: other.classCount)
        if side == nil, own.sizeFollowsData { own.inputShape = other.inputShape }
        return other == own
    }

    /// Adds to the refusal of data that do not suit a model's classes how others are learnt.
    func suggestingNewClasses<Result>(
        _ checkpoint: Checkpoint, _ body: () throws -> Result
    ) throws -> Result {
        do {
            return try body()
        } catch let error as DatasetError
            where error.code == .invalidDataset && ownStandard != nil
            && checkpoint.classNames != nil
        {
            throw DatasetError(
                .invalidDataset,
                "\(error.message). Where the data have other classes than the model, --new-classes "
                    + "begins its exits anew for these")
        }
    }

    /// Begins a run that has not begun anew for the classes of its data, if these are more or fewer
    /// than its network's.
    func fit(
        _ checkpoint: inout Checkpoint, to training: TrainingSplit, _ observer: WorkflowObserver
    ) throws {
        let count = training.classNames.count
        let before = checkpoint.network
        if checkpoint.recipe.newClasses, before.classifying(count) == nil {
            throw TrainingError(
                .unsuitableData,
                "\(training.name) has \(count) classes and '\(before.name)' has \(before.classCount): "
                    + "logits of an exit come from a block, which has no other number of results")
        }
        guard checkpoint.dataChecksums.isEmpty, before.classCount != count,
            training.imageShape == before.inputShape,
            // Where logits stand for classes already, data have been matched with these.
            checkpoint.classNames == nil, network(for: count).classCount == count
        else { return }
        // One class is not told from anything.
        guard count > 1 else { return }
        let recipe = checkpoint.recipe
        checkpoint = try makeRun(classCount: count)
        // They suit the data already.
        checkpoint.recipe = recipe
        checkpoint.network.inputShape = before.inputShape
        observer.tell(
            .note(
                "note: \(training.name) has \(count) classes: the last layer of each exit of "
                    + "\(before.name) has \(count) outputs instead of \(before.classCount)"))
    }
}

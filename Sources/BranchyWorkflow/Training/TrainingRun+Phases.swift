import BranchyTraining

extension TrainingRun {
    /// What is trained when, in a line; `nil` where all is trained all the time.
    func phases(of recipe: Recipe, exitNames: [String]) -> String? {
        guard recipe.regime.name != .joint else { return nil }
        return recipe.phases.map { phase in
            let (first, last) = (phase.epochs.lowerBound + 1, phase.epochs.upperBound)
            let epochs = first == last ? "epoch \(first)" : "epochs \(first) to \(last)"
            let exits =
                phase.exits.count == exitNames.count
                ? "all exits" : phase.exits.map { exitNames[$0] }.joined(separator: ", ") + " alone"
            return "\(epochs): \(exits)"
        }.joined(separator: "; ")
    }
}

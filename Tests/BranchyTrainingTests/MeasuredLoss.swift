import BranchyCompute
import BranchyData
import BranchyTraining

/// What a step of ``TinyTraining/networkOfThreeExits`` minimizes, and follows.
struct MeasuredLoss {
    /// Two batches of four, so that a step is not the last of its epoch.
    static var images: ImageDataset { get throws { try TinyTraining.noise(8, seed: 3) } }
    /// Derivatives here are 0.01 to 1. A loss of 1 to 3 is rounded by 2e-7, which a step of 2/1024 makes
    /// 1e-4; what the third derivative adds is less.
    static let tolerance = 5e-4
    private static let distance: Float = 1 / 1024

    var recipe: Recipe
    /// The first step of it is looked at.
    var epoch = 0

    /// The derivatives that the step follows: what an optimizer without momentum keeps.
    func gradients() throws -> ParameterStore {
        try state(recipe, from: TinyTraining.start(TinyTraining.networkOfThreeExits, recipe))
            .moments.first
    }

    /// By one number of a parameter, from both sides.
    func derivative(by name: String, _ index: Int) throws -> Double {
        let (above, below) = (
            try loss(moving: name, index, by: Self.distance),
            try loss(moving: name, index, by: -Self.distance)
        )
        return (above - below) / Double(2 * Self.distance)
    }

    /// The loss of the batch, with one number of the parameters moved.
    func loss(
        moving name: String, _ index: Int, by distance: Float, atStep step: Int = 0
    ) throws -> Double {
        var start = try TinyTraining.start(TinyTraining.networkOfThreeExits, recipe)
        _ = start.parameters.withMutableScalars(of: name) { $0[index] += distance }
        start.step = step
        let end = try state(recipe, from: start)
        return end.lossSum / Double(end.sampleCount)
    }

    private func state(_ recipe: Recipe, from start: TrainingState) throws -> TrainingState {
        var start = start
        start.epoch = epoch
        return try TinyTraining.state(
            of: TinyTraining.networkOfThreeExits, recipe, on: Self.images, from: start,
            stoppingAfter: 1)
    }
}

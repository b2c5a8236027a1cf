import BranchyNet

/// Everything that decides what a training run produces, besides the data.
///
/// Recipes are YAML files; each known network has a built-in one (``builtIn(for:)``). A file or a
/// `--set key=value` changes single keys of it, and the resolved recipe is kept with the model.
public struct Recipe: Hashable, Sendable, Codable {
    /// The name of the network.
    public var network: String
    /// The name of the data set.
    public var dataset: String
    /// The seed of initial parameters, splits, shuffling, augmentation and dropout.
    public var seed: UInt64
    /// Passes over the training images, 1 to 100,000.
    public var epochs: Int
    /// Images per optimizer step, 1 to 65,536.
    public var batchSize: Int
    /// Weight of each exit's loss in the sum, from exit 0 to the final one; at least 0, not all 0.
    public var lossWeights: [Double]
    /// Entropy in nats below which samples leave at each early exit, until thresholds are
    /// calibrated; empty for a model that comes without any.
    public var thresholds: [Float]
    /// How parameters follow gradients.
    public var optimizer: OptimizerRecipe
    /// How the learning rate changes over the run.
    public var schedule: ScheduleRecipe
    /// Which images are held out, and how the others are varied and scaled.
    public var data: DataRecipe

    /// How parameters follow gradients.
    public struct OptimizerRecipe: Hashable, Sendable, Codable {
        /// `adam` or `adamw`.
        public var name: Name
        /// The peak learning rate, above 0.
        public var learningRate: Double
        /// Decay of the mean of gradients, 0 ..< 1.
        public var beta1: Double
        /// Decay of the mean of squared gradients, 0 ..< 1.
        public var beta2: Double
        /// Added to the root, above 0.
        public var epsilon: Double
        /// Decay of the parameters towards 0, at least 0.
        public var weightDecay: Double

        /// The optimizers there are.
        public enum Name: String, Hashable, Sendable, Codable, CaseIterable {
            /// Decay is added to the gradient.
            case adam
            /// Decay is applied to the parameters.
            case adamw
        }
    }

    /// How the learning rate changes over the run.
    public struct ScheduleRecipe: Hashable, Sendable, Codable {
        /// `constant` or `oneCycle`.
        public var name: Name
        /// Share of the steps in which `oneCycle` goes up, 0 ... 1.
        public var warmup: Double

        /// The schedules there are.
        public enum Name: String, Hashable, Sendable, Codable, CaseIterable {
            /// The peak all the time.
            case constant
            /// Up to the peak, then down to almost nothing.
            case oneCycle
        }
    }

    /// Which images are held out, and how the others are varied and scaled.
    public struct DataRecipe: Hashable, Sendable, Codable {
        /// Training images held out to look at while training.
        public var validationImages: Int
        /// Training images held out to choose thresholds on.
        public var calibrationImages: Int
        /// Each time it is seen, an image is shifted by up to so many pixels in each direction.
        public var shift: Int
        /// Whether it is also mirrored left to right, one time in two.
        public var flip = false
        /// Mean per channel, in units of the brightest byte.
        public var mean: [Float]
        /// Standard deviation per channel, in units of the brightest byte.
        public var standardDeviation: [Float]
    }

    /// The recipe of a built-in network.
    ///
    /// - Throws: `NetworkError` where there is no network of that name.
    public static func builtIn(for name: String) throws -> Recipe {
        let network = try BranchedNetwork.named(name)
        return Recipe(
            network: network.name, dataset: "mnist", seed: 1, epochs: 30, batchSize: 128,
            lossWeights: [Double](repeating: 1, count: network.exitCount),
            thresholds: [Float](repeating: 0.3, count: network.exitCount - 1),
            optimizer: .init(
                name: .adam, learningRate: 0.006, beta1: 0.9, beta2: 0.999, epsilon: 1e-8,
                weightDecay: 0),
            schedule: .init(name: .oneCycle, warmup: 0.25),
            data: .init(
                validationImages: 5_000, calibrationImages: 5_000, shift: 2, mean: [0.1307],
                standardDeviation: [0.3081]))
    }
}

extension Recipe {
    /// The optimizer that the recipe describes.
    var adam: Adam {
        Adam(
            beta1: optimizer.beta1, beta2: optimizer.beta2, epsilon: optimizer.epsilon,
            weightDecay: optimizer.weightDecay, decouplesDecay: optimizer.name == .adamw)
    }

    /// The learning rate at a step, counted from 0, of a number of steps.
    func learningRate(atStep step: Int, of stepCount: Int) -> Double {
        let shape: LearningRateSchedule =
            switch schedule.name {
            case .constant: .constant
            case .oneCycle: .oneCycle(warmup: schedule.warmup)
            }
        return optimizer.learningRate * shape.factor(atStep: step, of: stepCount)
    }
}

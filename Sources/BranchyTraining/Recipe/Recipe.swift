public import BranchyNet

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
    /// Passes that were added behind those, one number for each time that a finished run went on;
    /// see ``learningRate(atStep:batchesPerEpoch:)``.
    public var addedEpochs: [Int] = []
    /// Images per optimizer step, 1 to 65,536.
    public var batchSize: Int
    /// What a step computes in; parameters and the optimizer always have 32 bits.
    public var precision = Precision.float32
    /// Weight of each exit's loss in the sum, from exit 0 to the final one; at least 0, not all 0.
    public var lossWeights: [Double]
    /// Which exits are trained when.
    public var regime = RegimeRecipe()
    /// The share of a target that all classes get alike, 0 ..< 1.
    public var labelSmoothing: Float = 0
    /// Whether each piece of the trunk follows the mean of the derivatives of all exits behind it, and
    /// not their sum; see ``Recipe/gradientScales(of:)``.
    public var gradientEquilibrium = false
    /// What early exits learn from the last one.
    public var distillation = DistillationRecipe()
    /// What stays as it is: `none`, or `trunk`.
    public var freeze = Freezing.none
    /// Whether the exits begin anew for the classes of the data: the last layer of the backbone, and all
    /// of each branch.
    public var newClasses = false
    /// What initial parameters are drawn from: `pytorch` or `he`.
    public var initialization = Initialization.pytorch
    /// Entropy in nats below which samples leave at each early exit, until thresholds are
    /// calibrated; empty for a model that comes without any.
    public var thresholds: [Float]
    /// How parameters follow gradients.
    public var optimizer: OptimizerRecipe
    /// How the learning rate changes over the run.
    public var schedule: ScheduleRecipe
    /// Which images are held out, and how the others are varied and scaled.
    public var data: DataRecipe

    /// What early exits learn from the last one, beside labels: its probabilities at a temperature.
    ///
    ///     loss of an early exit = (1 − weight) · CE(label) + weight · T² · CE(softmax(last / T))
    ///
    /// The last exit learns from labels alone, and no derivative leads into what it says. Where the
    /// trunk is frozen it has learnt before; in joint training it learns along, which is self-distillation.
    ///
    /// References: Hinton, Vinyals, Dean, *Distilling the Knowledge in a Neural Network*, 2015; Zhang,
    /// L. et al., *Be Your Own Teacher*, ICCV 2019, equations 2 to 4, without what that has features
    /// learn; Phuong, Lampert, *Distillation-Based Training for Multi-Exit Architectures*, ICCV 2019,
    /// with the last exit for a teacher.
    public struct DistillationRecipe: Hashable, Sendable, Codable {
        /// The share of the loss that is against the last exit, and not labels, 0 ... 1.
        public var weight = 0.0
        /// What logits of both are divided by, above 0.
        public var temperature = 2.0

        /// Labels alone.
        public init() {}
    }

    /// How parameters follow gradients.
    public struct OptimizerRecipe: Hashable, Sendable, Codable {
        /// `adam`, `adamw` or `sgd`.
        public var name: Name
        /// The peak learning rate, above 0.
        public var learningRate: Double
        /// Adam's decay of the mean of gradients, 0 ..< 1.
        public var beta1 = 0.9
        /// Adam's decay of the mean of squared gradients, 0 ..< 1.
        public var beta2 = 0.999
        /// Adam's addition to the root, above 0.
        public var epsilon = 1e-8
        /// What SGD keeps of its velocity, 0 ..< 1.
        public var momentum = 0.9
        /// Whether SGD looks ahead along its velocity.
        public var nesterov = false
        /// Decay of weights towards 0, at least 0. Biases and the parameters of batch
        /// normalization do not decay.
        public var weightDecay = 0.0
        /// Largest norm of all gradients together, above 0; longer ones are shortened. Infinite to
        /// leave them as they are.
        public var maximumGradientNorm = Double.infinity
        /// What a moving average of the weights keeps of itself at each step, 0 ..< 1. Validation
        /// and the finished model use the average; with 0 there is none.
        public var averageDecay = 0.0

        /// The optimizers there are.
        public enum Name: String, Hashable, Sendable, Codable, CaseIterable {
            /// Adam whose decay is added to the gradient.
            case adam
            /// Adam whose decay is applied to the parameters.
            case adamw
            /// Stochastic gradient descent with momentum; decay is added to the gradient.
            case sgd
        }
    }

    /// How the learning rate changes over the run.
    public struct ScheduleRecipe: Hashable, Sendable, Codable {
        /// `constant`, `oneCycle`, `step` or `cosine`.
        public var name: Name
        /// Share of the steps in which the rate rises, 0 ... 1; `constant` has no rise.
        public var warmup = 0.0
        /// Shares of the steps after which `step` lowers the rate, ascending, 0 ... 1.
        public var milestones = [0.5, 0.75]
        /// What `step` multiplies the rate by, above 0 and at most 1.
        public var decay = 0.1

        /// The schedules there are.
        public enum Name: String, Hashable, Sendable, Codable, CaseIterable {
            /// The peak all the time.
            case constant
            /// Up to the peak, then down to almost nothing, both along a cosine.
            case oneCycle
            /// Down in steps.
            case step
            /// Down to nothing along half a cosine.
            case cosine
        }
    }

    /// Which images are held out, and how the others are varied and scaled.
    public struct DataRecipe: Hashable, Sendable, Codable {
        /// Training images held out to look at while training.
        public var validationImages: Int
        /// Training images held out to choose thresholds on.
        public var calibrationImages: Int
        /// How many of the other training images are used; 0 for all.
        public var trainingImages = 0
        /// How much an image counts by its class: `none`, or `balanced` where some classes have many
        /// more images than others.
        public var classWeights = ClassWeighting.none
        /// Each time it is seen, an image is shifted by up to so many pixels in each direction.
        public var shift: Int
        /// Whether it is also mirrored left to right, one time in two.
        public var flip = false
        /// Mean per channel, in units of the brightest byte.
        public var mean: [Float]
        /// Standard deviation per channel, in units of the brightest byte.
        public var standardDeviation: [Float]
        /// Pixels of the shorter side that pictures are brought to before their middle is cut out to
        /// the network's size; 0 where pictures have that size. `stretch` takes its place.
        public var resize = 0
        /// Whether pictures are brought to the network's size whatever becomes of their proportions.
        public var stretch = false
        /// How pixels between pixels are found.
        public var interpolation = ImageGeometry.Interpolation.bilinear
        /// Each time it is seen, a part of an image takes its place whose share of the area is this or
        /// more, above 0; 1 for the whole image.
        public var cropArea = 1.0
        /// What such a part is cut out of, where images stay in files.
        public var cropSource = CropSource.file
        /// How colours change each time that an image is seen.
        public var colorJitter = ColorJitterRecipe()
        /// What is painted over, each time that an image is seen.
        public var erasing = ErasingRecipe()
        /// Images of a batch are blended with one another: the parameter of the beta distribution of
        /// their shares, 0 ... 100; 0 to leave them.
        public var mixup = 0.0
        /// Rectangles of images of a batch change places: the same parameter for these, 0 ... 100; 0
        /// to leave them. With both, each batch gets one of them.
        public var cutmix = 0.0
        /// How many views of each image a frozen trunk computes, 1 ... 1,000: the first of it as it is,
        /// each other one varied. Epochs take turns at them.
        public var views = 1
        /// Whether images of a folder that cannot be read are left out, rather than refused.
        public var skipDamaged = false
        /// Whether an image of a folder may be in its training and in its test part.
        public var allowDuplicates = false

        /// How images are prepared by these numbers.
        public var preprocessing: Preprocessing {
            Preprocessing(mean: mean, standardDeviation: standardDeviation, geometry: geometry)
        }

        /// How pictures come to the network's size; `nil` where they have it.
        public var geometry: ImageGeometry? {
            if stretch { return ImageGeometry(resize: nil, interpolation: interpolation) }
            return resize > 0 ? ImageGeometry(resize: resize, interpolation: interpolation) : nil
        }

        /// What parts of pictures are cut out of.
        public enum CropSource: String, Hashable, Sendable, Codable, CaseIterable {
            /// The file, at its own resolution.
            case file
            /// The picture at twice the height and twice the width of the network's input. It can be
            /// kept, so that pictures are decoded once.
            case resized
        }
    }
}

extension Optimizer {
    /// The optimizer that a recipe describes.
    public init(_ recipe: Recipe.OptimizerRecipe) {
        switch recipe.name {
        case .adam, .adamw:
            self = .adam(
                Adam(
                    beta1: recipe.beta1, beta2: recipe.beta2, epsilon: recipe.epsilon,
                    weightDecay: recipe.weightDecay, decouplesDecay: recipe.name == .adamw))
        case .sgd:
            self = .sgd(
                SGD(
                    momentum: recipe.momentum, isNesterov: recipe.nesterov,
                    weightDecay: recipe.weightDecay))
        }
    }
}

extension LearningRateSchedule {
    /// The schedule that a recipe describes.
    public init(_ recipe: Recipe.ScheduleRecipe) {
        switch recipe.name {
        case .constant: self = .constant
        case .oneCycle: self = .oneCycle(warmup: recipe.warmup)
        case .step:
            self = .step(
                milestones: recipe.milestones, decay: recipe.decay, warmup: recipe.warmup)
        case .cosine: self = .cosine(warmup: recipe.warmup)
        }
    }
}

extension Recipe {
    /// How many optimizer steps an epoch has.
    ///
    /// The last batch may be short, unless the network normalizes by its batch: rows that only fill
    /// it would be part of the statistics. Then an epoch leaves out what does not fill a batch,
    /// which is other images in each.
    ///
    /// - Throws: ``TrainingError/Code/invalidRecipe`` where there is not one full batch then, and
    ///   `NetworkError` where the description does not make a network.
    public func batchesPerEpoch(of network: BranchedNetwork, samples: Int) throws -> Int {
        let normalizations = try phases.flatMap {
            try program(toTrain: network, in: $0).batchStatistics
        }
        guard let first = normalizations.first else {
            return (samples + batchSize - 1) / batchSize
        }
        guard samples >= batchSize else {
            throw TrainingError(
                .invalidRecipe,
                "recipe: 'batchSize' is \(batchSize), expected at most \(samples), the number of "
                    + "training images: '\(first.name)' normalizes by full batches")
        }
        return samples / batchSize
    }
}

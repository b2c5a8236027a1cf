public import BranchyCompute

/// A network as a program, and which of the program's segments, inputs and outputs mean what.
///
/// Stage `i` is segment `2i` (its backbone) and segment `2i + 1` (its branch); the final stage is
/// one segment. Transforms keep that numbering.
public struct NetworkProgram: Sendable {
    /// The name of the input that takes the images.
    public static let imageInput = "image"
    /// The name of the input that takes the samples' classes; in training only.
    public static let targetsInput = "targets"

    /// The name of the input that takes the classes of what samples were mixed with; in training that
    /// mixes only.
    public static let partnerTargetsInput = "partner targets"

    /// The name of the output that carries the logits of an exit, counted from 0.
    public static func logitsOutput(ofExit exit: Int) -> String { "logits of exit \(exit)" }

    /// The name of the output that carries the loss of an exit; in training only.
    public static func lossOutput(ofExit exit: Int) -> String { "loss of exit \(exit)" }

    /// The name of the input that takes each sample's weight in the loss of an exit.
    public static func lossWeightsInput(ofExit exit: Int) -> String {
        "loss weights of exit \(exit)"
    }

    /// The name of the output that carries the loss of an exit against the partners' classes; in
    /// training that mixes only.
    public static func partnerLossOutput(ofExit exit: Int) -> String {
        "partner loss of exit \(exit)"
    }

    /// The name of the input that takes the weight of each sample's partner in the loss of an exit.
    public static func partnerLossWeightsInput(ofExit exit: Int) -> String {
        "partner loss weights of exit \(exit)"
    }

    /// The name of the input that takes a teacher's probabilities; in training that distills only.
    public static let teacherInput = "teacher"

    /// The name of the output that carries the loss of an exit against a teacher; in training that
    /// distills only.
    public static func distillationLossOutput(ofExit exit: Int) -> String {
        "distillation loss of exit \(exit)"
    }

    /// The name of the input that takes each sample's weight in that loss.
    public static func distillationWeightsInput(ofExit exit: Int) -> String {
        "distillation weights of exit \(exit)"
    }

    /// A dropout of the network and the input that takes its mask.
    public struct Mask: Hashable, Sendable {
        /// The name of the input, unique in the network.
        public let input: String
        /// The probability of being dropped.
        public let rate: Float
    }

    /// A batch normalization of the network and where a training step leaves the statistics of its
    /// batch, from which running values are kept.
    public struct BatchStatistics: Hashable, Sendable {
        /// Path of the layer, such as `layer1.0.bn1`.
        public let name: String
        /// The name of the output that carries the batch's mean per channel.
        public let meanOutput: String
        /// The name of the output that carries the batch's biased variance per channel.
        public let varianceOutput: String
        /// How many numbers of each sample a channel's statistics are over: height times width.
        public let count: Int

        /// The parameter by which inference knows the mean.
        public var runningMean: String { name + ".running_mean" }
        /// The parameter by which inference knows the variance, which is the unbiased one.
        public var runningVariance: String { name + ".running_var" }
    }

    /// What an engine compiles.
    public let program: Program
    /// The dropouts, in the order of the network; none in inference.
    public let masks: [Mask]
    /// The batch normalizations, in the order of the network; in training only.
    public let batchStatistics: [BatchStatistics]

    /// The segment that runs a stage's piece of backbone.
    public static func backboneSegment(ofStage stage: Int) -> Int { 2 * stage }

    /// The segment that computes the losses, in training only.
    public static func lossSegment(ofExits count: Int) -> Int { 2 * count - 1 }

    /// The segment that runs a stage's branch.
    public static func branchSegment(ofStage stage: Int) -> Int { 2 * stage + 1 }
}

extension BranchedNetwork {
    /// This network as inference runs it: without dropout, with shared layers done once and
    /// activations applied by the layer before them.
    ///
    /// - Throws: ``NetworkError`` where the description does not make a network.
    public func inferenceProgram() throws(NetworkError) -> NetworkProgram {
        let lowered = try NetworkLowering.lower(self)
        let program = lowered.program.droppingDropout().hoistingSharedLayers().fusingActivations()
        return NetworkProgram(program: program, masks: [], batchStatistics: [])
    }

    /// This network as training runs it: forward, with batch normalizations by the statistics of
    /// the batch, the weighted loss of every exit, and the derivatives of their sum by every
    /// parameter.
    ///
    /// - Parameters:
    ///   - labelSmoothing: the share of a target that all classes get alike, 0 ..< 1.
    ///   - mixesSamples: whether every exit has a second loss, against the classes of what samples
    ///     were mixed with.
    ///   - temperature: at which the early exits learn from a teacher too, above 0; `nil` for labels
    ///     alone. Whoever runs the program writes what the teacher says before the losses are
    ///     computed, which may be what the last exit has just said: no derivative leads into it.
    ///   - exits: those that are trained, all by default; what others alone need is left out.
    ///   - frozenStages: how many stages in front stay as they are. They run as inference runs them:
    ///     their parameters, running statistics included, are inputs without derivatives.
    /// - Throws: ``NetworkError`` where the description does not make a network.
    public func trainingProgram(
        labelSmoothing: Float = 0, mixesSamples: Bool = false, temperature: Float? = nil,
        ofExits exits: Range<Int>? = nil, frozenStages: Int = 0
    ) throws(NetworkError) -> NetworkProgram {
        let lowered = try NetworkLowering.lower(
            self, statistics: .batch, frozenStages: frozenStages)
        let exits = exits ?? 0..<exitCount
        let program = lowered.program
            .pruned(toOutputs: Set(exits.map(NetworkProgram.logitsOutput)))
            .hoistingSharedLayers().fusingActivationsIntoBatchNormalizations()
        let forward = NetworkProgram(
            program, masks: lowered.masks, batchStatistics: lowered.batchStatistics)
        return try forward.withLosses(
            of: self, exits: exits, labelSmoothing: labelSmoothing, mixesSamples: mixesSamples,
            temperature: temperature, freezing: lowered.frozenParameters)
    }

    /// This network layer by layer, with nothing moved or fused: what people look at.
    ///
    /// - Throws: ``NetworkError`` where the description does not make a network.
    public func plainProgram() throws(NetworkError) -> NetworkProgram {
        let lowered = try NetworkLowering.lower(self)
        return NetworkProgram(
            program: lowered.program, masks: lowered.masks, batchStatistics: [])
    }
}

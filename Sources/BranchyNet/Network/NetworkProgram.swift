public import Compute

/// A network as a program, and which of the program's segments, inputs and outputs mean what.
///
/// Stage `i` is segment `2i` (its backbone) and segment `2i + 1` (its branch); the final stage is
/// one segment. Transforms keep that numbering.
public struct NetworkProgram: Sendable {
    /// The name of the input that takes the images.
    public static let imageInput = "image"
    /// The name of the input that takes the samples' classes; in training only.
    public static let targetsInput = "targets"

    /// The name of the output that carries the logits of an exit, counted from 0.
    public static func logitsOutput(ofExit exit: Int) -> String { "logits of exit \(exit)" }

    /// The name of the output that carries the loss of an exit; in training only.
    public static func lossOutput(ofExit exit: Int) -> String { "loss of exit \(exit)" }

    /// The name of the input that takes each sample's weight in the loss of an exit.
    public static func lossWeightsInput(ofExit exit: Int) -> String {
        "loss weights of exit \(exit)"
    }

    /// A dropout of the network and the input that takes its mask.
    public struct Mask: Hashable, Sendable {
        /// The name of the input, unique in the network.
        public let input: String
        /// The probability of being dropped.
        public let rate: Float
    }

    /// What an engine compiles.
    public let program: Program
    /// The dropouts, in the order of the network; none in inference.
    public let masks: [Mask]

    /// The segment that runs a stage's piece of backbone.
    public static func backboneSegment(ofStage stage: Int) -> Int { 2 * stage }

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
        return NetworkProgram(program: program, masks: [])
    }

    /// This network as training runs it: forward, the weighted loss of every exit, and the
    /// derivatives of their sum by every parameter.
    ///
    /// - Throws: ``NetworkError`` where the description does not make a network.
    public func trainingProgram() throws(NetworkError) -> NetworkProgram {
        let lowered = try NetworkLowering.lower(self)
        var program = lowered.program.hoistingSharedLayers()
        // Hoisting may have replaced a value that the lowering knows as logits.
        let logits = program.outputs.map(\.value)
        do {
            program.beginSegment("losses")
            let targets = program.addInput(
                NetworkProgram.targetsInput, ValueType([], element: .int32))
            for exit in 0..<exitCount {
                let weights = program.addInput(
                    NetworkProgram.lossWeightsInput(ofExit: exit), ValueType([]))
                let loss = try program.append(
                    .softmaxCrossEntropy, [logits[exit], targets, weights])
                program.addOutput(NetworkProgram.lossOutput(ofExit: exit), loss[0])
            }
            let losses = (0..<exitCount).map(NetworkProgram.lossOutput(ofExit:))
            return NetworkProgram(
                program: try program.differentiated(losses: losses), masks: lowered.masks)
        } catch {
            throw NetworkError(.shapeMismatch, "network '\(name)': \(error)")
        }
    }

    /// This network layer by layer, with nothing moved or fused: what people look at.
    ///
    /// - Throws: ``NetworkError`` where the description does not make a network.
    public func plainProgram() throws(NetworkError) -> NetworkProgram {
        let lowered = try NetworkLowering.lower(self)
        return NetworkProgram(program: lowered.program, masks: lowered.masks)
    }
}

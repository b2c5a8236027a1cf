import BranchyCompute

/// A value of one image that flows through a network, by number.
typealias ValueID = Int

/// One thing that a network does to an image's values, once shapes and constants are known.
struct Step {
    /// What it does.
    var operation: Operation
    /// What it reads: one value, or two and more that it joins.
    var inputs: [ValueID]
    /// What it computes.
    var output: ValueID
    /// The sizes of that, the batch's 1 in front.
    var shape: [Int]
    /// The node that it comes from, as messages name it.
    var place: String
}

extension Step {
    /// What a step does.
    enum Operation {
        case convolution(Convolution)
        case linear(Linear)
        case batchNormalization(BatchNormalization)
        case scaleShift(ScaleShift)
        case activation(Program.Operation.Activation)
        /// A part of GELU.
        case erf
        case pooling(Pooling)
        /// The mean of each channel.
        case globalAverage(keepsDimensions: Bool)
        case flatten
        case selectChannels(from: Int, count: Int)
        case shuffleChannels(groups: Int)
        case join(Join)
        /// Zeros around an image; a part of what reads it.
        case pad(Padding2D)
        /// The same elements in the same order under other sizes, those of the step.
        case reshape
        /// The element order of other dimensions.
        case transpose([Int])
        /// One number for each channel at every pixel; a part of a product.
        case expand
        case softmax
    }

    /// How values become one.
    enum Join: Hashable {
        case add, multiply
        /// One behind the other, as channels.
        case concatenate
    }

    /// How a window goes over an image.
    struct Window: Hashable {
        /// Rows and columns.
        var kernel: [Int]
        var stride: [Int]
        var dilation = [1, 1]
        var padding: Padding2D = 0
    }

    struct Convolution {
        var window: Window
        var groups: Int
        /// `[out, in / groups, rows, columns]`.
        var weight: ONNXTensor
        var bias: ONNXTensor?
        /// The name of the node.
        var name: String
    }

    struct Linear {
        /// `[out, in]`.
        var weight: ONNXTensor
        var bias: ONNXTensor?
        var name: String
    }

    struct BatchNormalization {
        /// Scale, shift, mean and variance of each channel.
        var weight, bias, mean, variance: ONNXTensor
        var epsilon: Float
        var name: String
    }

    /// `weight · x + bias`.
    struct ScaleShift {
        /// One for each channel, or one for all.
        var weight: [Float]
        /// As many as weights.
        var bias: [Float]
        var name: String
    }

    struct Pooling {
        enum Kind: Hashable { case maximum, average(countsPadding: Bool) }
        var kind: Kind
        var window: Window
        /// Whether a last window that is not full counts.
        var roundsUp: Bool
    }
}

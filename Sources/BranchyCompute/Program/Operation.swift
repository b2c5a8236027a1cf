extension Program {
    /// What one instruction of a program does: a value that describes, never code that runs.
    ///
    /// Every engine has one `switch` over these cases, so a new operation does not compile until every
    /// engine says what it does with it. What follows from the operands' shapes (channels, kernel
    /// sizes, features) is not repeated in the operation. `N` is the batch, `C H W` channels, height
    /// and width, `K` classes.
    ///
    /// What has a batch dimension may be ``ElementType/bfloat16``, and so may weights of convolutions
    /// and fully connected layers; both are of one type then, which the result has too. Biases,
    /// statistics, derivatives by parameters and everything about losses are always `float32`.
    public enum Operation: Hashable, Sendable {
        /// Cross-correlation, as every deep-learning library defines "convolution".
        ///
        ///     (source [N C H W], weight [O C/groups k l], bias [O]?) -> [N O H' W']
        ///     H' = (top + H + bottom − dilation·(k − 1) − 1) / stride + 1, rounded down
        case convolution(Convolution)

        /// A fully connected layer, `y = W·x + b`.
        ///
        ///     (source [N I], weight [O I], bias [O]?) -> [N O]
        case linear(Linear)

        /// The largest element of each window.
        ///
        ///     (source [N C H W]) -> [N C H' W'], and the selection where it is recorded
        case maxPooling(Pooling)

        /// The mean of each window, over the elements of the source that it covers, and those of the
        /// padding where they count.
        ///
        ///     (source [N C H W]) -> [N C H' W']
        case averagePooling(Pooling)

        /// The mean of each channel: `(source [N C H W]) -> [N C]`, or `[N C 1 1]` where dimensions are
        /// kept.
        case globalAveragePooling(keepsDimensions: Bool = false)

        /// Brings each channel to a mean and variance of its own, then scales and shifts it:
        ///
        ///     y = weight · (x − mean) / √(variance + ε) + bias
        ///
        /// With statistics that are given, as in inference:
        ///
        ///     (source [N C H W], weight [C], bias [C], mean [C], variance [C]) -> [N C H W]
        ///
        /// With those of the batch, as in training; the variance is the biased one, and where there is
        /// an activation, the selection records which elements it let through:
        ///
        ///     (source [N C H W], weight [C], bias [C])
        ///         -> [N C H W], mean [C], variance [C], selection [N C H W]?
        ///
        /// References: Ioffe, Szegedy, *Batch Normalization*, ICML 2015, algorithms 1 and 2.
        case batchNormalization(BatchNormalization)

        /// Divides each element by a power of the squares around it, across `size` neighbouring
        /// channels: `(source [N C H W]) -> [N C H W]`
        ///
        ///     y[c] = x[c] / (k + α · Σ x[c']²)^β      c' from c − size/2 to c + size/2
        ///
        /// References: Krizhevsky, Sutskever, Hinton, *ImageNet Classification with Deep Convolutional
        /// Neural Networks*, NIPS 2012, section 3.3. α is not divided by the size.
        case localResponseNormalization(LocalResponseNormalization)

        /// The parameter-free shortcut of a residual block that changes its shape: every
        /// `stride`-th row and column, and channels of zeros.
        ///
        ///     (source [N C H W]) -> [N C' H' W']      H' = (H − 1) / stride + 1, rounded down
        ///
        /// References: He et al., *Deep Residual Learning for Image Recognition*, CVPR 2016, section
        /// 4.2, option A.
        case shortcut(Shortcut)

        /// A function of one number, element by element: `(source) -> source's shape`.
        case activation(Activation)

        /// Multiplies by a mask that the caller supplies: 0 for a dropped element, `1 / (1 − rate)`
        /// for one that is kept. The mask is an input, so a program has no random state of its own.
        ///
        ///     (source, mask of the same shape) -> source's shape
        case dropout

        /// Sum of two values of one shape.
        case add

        /// Product of two values of one shape, or of an image and one number per channel of it.
        ///
        ///     (first, second of the same shape) -> first's shape
        ///     (first [N C H W], second [N C 1 1]) -> [N C H W]
        case multiply

        /// Two or more images, the channels of the first in front: `([N Cᵢ H W]…) -> [N ΣCᵢ H W]`.
        case concatenate

        /// Some channels of an image: `(source [N C H W]) -> [N C' H W]`.
        case selectChannels(Range<Int>)

        /// Sends channel `g·(C/groups) + i` to place `i·groups + g`, so that each group of what
        /// follows sees channels of all of them: `(source [N C H W]) -> [N C H W]`.
        ///
        /// References: Zhang et al., *ShuffleNet*, CVPR 2018, section 3.1.
        case shuffleChannels(groups: Int)

        /// `[N C H W]` as `[N C·H·W]`, in row-major order of the sample.
        case flatten

        /// Cross-entropy of the softmax of logits against a class, weighted per sample and summed:
        ///
        ///     Σₙ weightₙ · (log Σₖ exp(logitₙₖ) − (1 − ε) · logitₙ,targetₙ − ε/K · Σₖ logitₙₖ)
        ///     (logits [N K], targets int32 [N], weights [N]) -> scalar
        ///
        /// A mean over a batch is a weight of 1/N; a row that only fills a short batch has weight 0.
        /// Label smoothing ε, 0 ..< 1, gives that share of the target to all K classes alike.
        ///
        /// References: Szegedy et al., *Rethinking the Inception Architecture for Computer Vision*,
        /// CVPR 2016, section 7.
        case softmaxCrossEntropy(labelSmoothing: Float)

        /// Cross-entropy of the softmax of logits at a temperature T against a teacher's probabilities
        /// at that temperature, weighted per sample and summed; T² keeps derivatives of one size:
        ///
        ///     T² · Σₙ weightₙ · (log Σₖ exp(logitₙₖ / T) − Σₖ probabilityₙₖ · logitₙₖ / T)
        ///     (logits [N K], probabilities [N K], weights [N]) -> scalar
        ///
        /// References: Hinton, Vinyals, Dean, *Distilling the Knowledge in a Neural Network*, 2015,
        /// section 2.
        case distillation(temperature: Float)

        /// The same numbers as another type of float: rounded to the nearest, of two that are equally
        /// near to the even one; or widened, which is exact.
        ///
        ///     (source) -> source's shape
        case convert(to: ElementType)

        /// A derivative of one of the above, as reverse-mode differentiation needs it.
        case gradient(Gradient)

        /// Derivatives. `dy` stands for the derivative of the loss by the operation's result.
        public enum Gradient: Hashable, Sendable {
            /// Derivative by the source.
            ///
            ///     (dy [N O H' W'], weight [O C/groups k l]) -> [N C H W]
            case convolutionSource(Convolution, source: Shape)

            /// Derivatives by weight and, where `hasBias`, by bias.
            ///
            ///     (source [N C H W], dy [N O H' W']) -> [O C/groups k l], [O]?
            case convolutionParameters(Convolution, kernelSize: Extent2D, hasBias: Bool)

            /// Derivative by the source: `(dy [N O], weight [O I]) -> [N I]`.
            case linearSource(Linear)

            /// Derivatives by weight and, where `hasBias`, by bias.
            ///
            ///     (source [N I], dy [N O]) -> [O I], [O]?
            case linearParameters(Linear, hasBias: Bool)

            /// Sends each derivative to the element its maximum came from.
            ///
            ///     (selection, dy [N C H' W']) -> [N C H W]
            case maxPooling(Pooling, source: Shape)

            /// Spreads each derivative over the elements that were averaged.
            ///
            ///     (dy [N C H' W']) -> [N C H W]
            case averagePooling(Pooling, source: Shape)

            /// The same over whole channels: `(dy [N C]) -> [N C H W]`, of `[N C 1 1]` where dimensions
            /// were kept.
            case globalAveragePooling(source: Shape, keepsDimensions: Bool = false)

            /// Derivatives of batch normalization.
            ///
            ///     (source [N C H W], weight [C], mean [C], variance [C], dy [N C H W],
            ///         selection [N C H W] where there is an activation)
            ///         -> by source [N C H W], by weight [C], by bias [C]
            ///
            /// The batch's mean and variance depend on the source, and the derivative goes through
            /// them. Given ones are constants, and derivatives by them are not computed.
            case batchNormalization(BatchNormalization)

            /// `(source [N C H W], dy [N C H W]) -> [N C H W]`.
            case localResponseNormalization(LocalResponseNormalization)

            /// Sends each derivative to the element it was copied from: `(dy) -> [N C H W]`.
            case shortcut(Shortcut, source: Shape)

            /// `dy` times the derivative of an activation, which is found from the activation's result
            /// or from its source, as ``Program/Operation/Activation/derivativeOperand`` says.
            ///
            ///     (result or source, dy) -> dy's shape
            case activation(Activation)

            /// By the factor of one pixel that an image was multiplied by: the sum over each channel.
            ///
            ///     (first [N C H W], dy [N C H W]) -> [N C 1 1]
            case multiply

            /// `[N C·H·W]` as `[N C H W]` again.
            case flatten(source: Shape)

            /// `weightₙ · (softmax(logitsₙ) − (1 − ε) · onehot(targetₙ) − ε/K)`, of the same operands
            /// as the loss.
            case softmaxCrossEntropy(labelSmoothing: Float)

            /// `T · weightₙ · (softmax(logitsₙ / T) − probabilitiesₙ)`, of the same operands as the loss.
            case distillation(temperature: Float)
        }
    }
}

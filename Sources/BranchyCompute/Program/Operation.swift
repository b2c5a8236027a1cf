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
        ///     (source [N C H W], weight [O C k k], bias [O]?) -> [N O H' W']
        ///     H' = (H + 2·padding − k) / stride + 1, rounded down
        case convolution(Convolution)

        /// A fully connected layer, `y = W·x + b`.
        ///
        ///     (source [N I], weight [O I], bias [O]?) -> [N O]
        case linear(Linear)

        /// The largest element of each window.
        ///
        ///     (source [N C H W]) -> [N C H' W'], and the selection where it is recorded
        case maxPooling(Pooling)

        /// The mean of each window, over the elements of the source that it covers.
        ///
        ///     (source [N C H W]) -> [N C H' W']
        case averagePooling(Pooling)

        /// The mean of each channel: `(source [N C H W]) -> [N C]`.
        case globalAveragePooling

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
            ///     (dy [N O H' W'], weight [O C k k]) -> [N C H W]
            case convolutionSource(Convolution, source: Shape)

            /// Derivatives by weight and, where `hasBias`, by bias.
            ///
            ///     (source [N C H W], dy [N O H' W']) -> [O C k k], [O]?
            case convolutionParameters(Convolution, kernelSize: Int, hasBias: Bool)

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

            /// The same over whole channels: `(dy [N C]) -> [N C H W]`.
            case globalAveragePooling(source: Shape)

            /// Derivatives of batch normalization with the batch's statistics.
            ///
            ///     (source [N C H W], weight [C], mean [C], variance [C], dy [N C H W],
            ///         selection [N C H W] where there is an activation)
            ///         -> by source [N C H W], by weight [C], by bias [C]
            ///
            /// Mean and variance depend on the source, and the derivative goes through them.
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

            /// `[N C·H·W]` as `[N C H W]` again.
            case flatten(source: Shape)

            /// `weightₙ · (softmax(logitsₙ) − (1 − ε) · onehot(targetₙ) − ε/K)`, of the same operands
            /// as the loss.
            case softmaxCrossEntropy(labelSmoothing: Float)

            /// The derivative of `max(0, x)`: `dy` where the *result* is above 0, else 0.
            public static let relu = Gradient.activation(.relu)
        }
    }
}

extension Program.Operation {
    /// A function of one number. Some operations can apply one to their result before it is
    /// written.
    ///
    /// Whoever depends on which function it is has a `switch` over these cases, without a default.
    public enum Activation: String, Hashable, Sendable, CaseIterable {
        /// `max(0, x)`.
        case relu

        /// A value that a derivative is found from.
        public enum DerivativeOperand: Hashable, Sendable {
            /// What the activation read.
            case source
            /// What it wrote. Only of such an activation the derivative is known where an operation
            /// applies it to its result: nobody keeps what came before.
            case result
        }

        /// Which value the derivative is found from.
        public var derivativeOperand: DerivativeOperand {
            switch self {
            case .relu: .result
            }
        }

        /// Whether the derivative is 1 or 0 everywhere, so that a selection records it.
        public var selects: Bool {
            switch self {
            case .relu: true
            }
        }
    }

    /// `max(0, x)`, element by element.
    public static let relu = Program.Operation.activation(.relu)

    /// How a convolution's window moves; the same in both directions.
    public struct Convolution: Hashable, Sendable {
        /// Distance between windows, at least 1.
        public var stride: Int
        /// Rows and columns of zeros on every side, at least 0.
        public var padding: Int
        /// Applied to the result, bias included.
        public var activation: Activation?

        /// Describes a convolution.
        public init(stride: Int = 1, padding: Int = 0, activation: Activation? = nil) {
            self.stride = stride
            self.padding = padding
            self.activation = activation
        }
    }

    /// A fully connected layer.
    public struct Linear: Hashable, Sendable {
        /// Applied to the result, bias included.
        public var activation: Activation?

        /// Describes a fully connected layer.
        public init(activation: Activation? = nil) {
            self.activation = activation
        }
    }

    /// How a pooling window moves; the same in both directions.
    public struct Pooling: Hashable, Sendable {
        /// Height and width of the window, at least 1.
        public var kernelSize: Int
        /// Distance between windows, at least 1.
        public var stride: Int
        /// How many windows there are where they do not fit evenly.
        public var rounding: Rounding
        /// Applied to the result.
        public var activation: Activation?
        /// Whether a second result records where each maximum came from, as the gradient needs it.
        public var recordsSelection: Bool

        /// What happens to rows and columns that no full window covers.
        public enum Rounding: String, Hashable, Sendable, Codable {
            /// They are left out.
            case floor
            /// A window that reaches beyond the edge covers them.
            case ceiling
        }

        /// Describes a pooling.
        public init(
            kernelSize: Int, stride: Int, rounding: Rounding = .floor,
            activation: Activation? = nil, recordsSelection: Bool = false
        ) {
            self.kernelSize = kernelSize
            self.stride = stride
            self.rounding = rounding
            self.activation = activation
            self.recordsSelection = recordsSelection
        }

        /// How many windows there are along `size` elements; 0 where not even one fits.
        ///
        /// With ceiling sizes the last window still has to begin inside the source.
        public func windowCount(along size: Int) -> Int {
            guard size >= kernelSize else {
                return rounding == .ceiling && size > 0 ? 1 : 0
            }
            let (steps, rest) = (size - kernelSize).quotientAndRemainder(dividingBy: stride)
            let hasPartialWindow = rounding == .ceiling && rest > 0 && (steps + 1) * stride < size
            return steps + (hasPartialWindow ? 2 : 1)
        }
    }
}

extension Program.Operation {
    /// How a batch normalization finds mean and variance.
    public struct BatchNormalization: Hashable, Sendable {
        /// ε, added to the variance, above 0.
        public var epsilon: Float
        /// Where mean and variance come from.
        public var statistics: Statistics
        /// Applied to the result.
        public var activation: Activation?

        /// Where mean and variance come from.
        public enum Statistics: String, Hashable, Sendable {
            /// They are operands.
            case given
            /// They are computed from the batch, and are results.
            case batch
        }

        /// Describes a normalization.
        public init(
            epsilon: Float = 1e-5, statistics: Statistics, activation: Activation? = nil
        ) {
            self.epsilon = epsilon
            self.statistics = statistics
            self.activation = activation
        }
    }

    /// The numbers in a local response normalization.
    public struct LocalResponseNormalization: Hashable, Sendable {
        /// How many neighbouring channels, an odd number.
        public var size: Int
        /// α, the weight of the sum of squares; not divided by `size`.
        public var alpha: Float
        /// β, the exponent.
        public var beta: Float
        /// k, added to the sum, above 0.
        public var k: Float

        /// Describes a normalization.
        public init(size: Int, alpha: Float, beta: Float, k: Float) {
            self.size = size
            self.alpha = alpha
            self.beta = beta
            self.k = k
        }
    }

    /// How a parameter-free shortcut changes the shape.
    public struct Shortcut: Hashable, Sendable {
        /// Distance between the rows and columns that are kept, at least 1.
        public var stride: Int
        /// Channels of zeros in front of the source's, at least 0.
        public var channelsBefore: Int
        /// Channels of zeros behind the source's, at least 0.
        public var channelsAfter: Int

        /// Describes a shortcut.
        public init(stride: Int, channelsBefore: Int = 0, channelsAfter: Int = 0) {
            self.stride = stride
            self.channelsBefore = channelsBefore
            self.channelsAfter = channelsAfter
        }
    }
}

extension Program.Operation: CustomStringConvertible {
    /// The operation's name as errors and listings print it.
    public var description: String {
        switch self {
        case .convolution(let convolution):
            convolution.activation.map { "convolution + \($0.rawValue)" } ?? "convolution"
        case .linear(let linear): linear.activation.map { "linear + \($0.rawValue)" } ?? "linear"
        case .maxPooling(let pooling):
            pooling.activation.map { "max pooling + \($0.rawValue)" } ?? "max pooling"
        case .averagePooling: "average pooling"
        case .globalAveragePooling: "global average pooling"
        case .batchNormalization(let normalization):
            normalization.activation.map { "batch normalization + \($0.rawValue)" }
                ?? "batch normalization"
        case .localResponseNormalization: "local response normalization"
        case .shortcut: "shortcut"
        case .activation(let activation): activation.rawValue
        case .dropout: "dropout"
        case .add: "add"
        case .flatten: "flatten"
        case .softmaxCrossEntropy: "softmax cross-entropy"
        case .convert(let element): "conversion to \(element.rawValue)"
        case .gradient(let gradient): gradient.description
        }
    }
}

extension Program.Operation.Gradient: CustomStringConvertible {
    /// The derivative's name as errors and listings print it.
    public var description: String {
        switch self {
        case .convolutionSource: "convolution source gradient"
        case .convolutionParameters: "convolution parameter gradient"
        case .linearSource: "linear source gradient"
        case .linearParameters: "linear parameter gradient"
        case .maxPooling: "max pooling gradient"
        case .averagePooling: "average pooling gradient"
        case .globalAveragePooling: "global average pooling gradient"
        case .batchNormalization: "batch normalization gradient"
        case .localResponseNormalization: "local response normalization gradient"
        case .shortcut: "shortcut gradient"
        case .activation(let activation): "\(activation.rawValue) gradient"
        case .flatten: "flatten gradient"
        case .softmaxCrossEntropy: "softmax cross-entropy gradient"
        }
    }
}

/// What one instruction of a program does: a value that describes, never code that runs.
///
/// Every engine has one `switch` over these cases, so a new operation does not compile until every
/// engine says what it does with it. What follows from the operands' shapes (channels, kernel
/// sizes, features) is not repeated in the operation. `N` is the batch, `C H W` channels, height
/// and width, `K` classes.
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

    /// `max(0, x)`, element by element.
    case relu

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
    ///     Σₙ weightₙ · (log Σₖ exp(logitₙₖ) − logitₙ,targetₙ)
    ///     (logits [N K], targets int32 [N], weights [N]) -> scalar
    ///
    /// A mean over a batch is a weight of 1/N; a row that only fills a short batch has weight 0.
    case softmaxCrossEntropy

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

        /// `dy` where the operation's *result* is above 0, else 0: `(result, dy) -> dy's shape`.
        case relu

        /// `[N C·H·W]` as `[N C H W]` again.
        case flatten(source: Shape)

        /// `weightₙ · (softmax(logitsₙ) − onehot(targetₙ))`, of the same operands as the loss.
        case softmaxCrossEntropy
    }
}

extension Operation {
    /// What can be applied to an operation's result before it is written.
    public enum Activation: String, Hashable, Sendable {
        /// `max(0, x)`.
        case relu
    }

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

extension Operation: CustomStringConvertible {
    /// The operation's name as errors and listings print it.
    public var description: String {
        switch self {
        case .convolution(let convolution):
            convolution.activation.map { "convolution + \($0.rawValue)" } ?? "convolution"
        case .linear(let linear): linear.activation.map { "linear + \($0.rawValue)" } ?? "linear"
        case .maxPooling(let pooling):
            pooling.activation.map { "max pooling + \($0.rawValue)" } ?? "max pooling"
        case .relu: "relu"
        case .dropout: "dropout"
        case .add: "add"
        case .flatten: "flatten"
        case .softmaxCrossEntropy: "softmax cross-entropy"
        case .gradient(let gradient): gradient.description
        }
    }
}

extension Operation.Gradient: CustomStringConvertible {
    /// The derivative's name as errors and listings print it.
    public var description: String {
        switch self {
        case .convolutionSource: "convolution source gradient"
        case .convolutionParameters: "convolution parameter gradient"
        case .linearSource: "linear source gradient"
        case .linearParameters: "linear parameter gradient"
        case .maxPooling: "max pooling gradient"
        case .relu: "relu gradient"
        case .flatten: "flatten gradient"
        case .softmaxCrossEntropy: "softmax cross-entropy gradient"
        }
    }
}

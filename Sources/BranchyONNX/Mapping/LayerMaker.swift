import BranchyCompute
import BranchyNet

/// Makes layers of blocks, and gathers their parameters.
struct LayerMaker {
    private var names = LayerNames()
    private(set) var parameters = ParameterStore()

    /// The layers of a chain.
    ///
    /// - Throws: ``ONNXError`` with the node of a step that is no layer.
    mutating func layers(_ blocks: [Block]) throws -> [Layer] {
        try blocks.map { try layer($0) }
    }

    private mutating func layer(_ block: Block) throws -> Layer {
        switch block {
        case .step(let step): return try layer(step)
        case .parallel(let parallel):
            let paths = try parallel.paths.map { try layers($0) }
            return Parallel(join: parallel.join.ofLayers, paths: paths).layer
        }
    }

    private mutating func layer(_ step: Step) throws -> Layer {
        switch step.operation {
        case .convolution(let convolution): convolutionLayer(convolution)
        case .linear(let linear): linearLayer(linear)
        case .batchNormalization(let normalization): normalizationLayer(normalization)
        case .scaleShift(let line): try scaleShiftLayer(line, step)
        case .activation(let activation): activation.layer
        case .pooling(let pooling): pooling.layer
        case .globalAverage(let keepsDimensions):
            GlobalAveragePool2D(keepsDimensions: keepsDimensions).layer
        case .flatten: Flatten().layer
        case .selectChannels(let first, let count): SelectChannels(first: first, count: count).layer
        case .shuffleChannels(let groups): ChannelShuffle(groups: groups).layer
        case .pad: throw unknown(step, "zeros that no convolution or mean reads alone")
        case .reshape:
            throw unknown(step, "other sizes that are neither flat nor a channel shuffle's")
        case .transpose(let order):
            throw unknown(step, "dimensions in the order \(order), which is no channel shuffle's")
        case .expand: throw unknown(step, "repeated pixels that multiply nothing")
        case .softmax: throw unknown(step, "probabilities that are no result of the network")
        case .erf: throw unknown(step, "the error function outside of GELU")
        case .join: throw unknown(step, "values of one path alone")
        }
    }

    private func unknown(_ step: Step, _ what: String) -> ONNXError {
        .unsupported("\(step.place): \(what): no layer does this")
    }

    private mutating func convolutionLayer(_ convolution: Step.Convolution) -> Layer {
        let name = names.name(
            weight: convolution.weight.name, node: convolution.name, kind: "conv")
        set(name, "weight", convolution.weight)
        set(name, "bias", convolution.bias)
        let (window, sizes) = (convolution.window, convolution.weight.dimensions)
        return Conv2D(
            name, inputChannels: sizes[1] * convolution.groups, outputChannels: sizes[0],
            kernelSize: Extent2D(window.kernel), stride: Extent2D(window.stride),
            padding: window.padding, dilation: Extent2D(window.dilation),
            groups: convolution.groups, hasBias: convolution.bias != nil
        ).layer
    }

    private mutating func linearLayer(_ linear: Step.Linear) -> Layer {
        let name = names.name(weight: linear.weight.name, node: linear.name, kind: "linear")
        set(name, "weight", linear.weight)
        set(name, "bias", linear.bias)
        return Linear(
            name, inputFeatures: linear.weight.dimensions[1],
            outputFeatures: linear.weight.dimensions[0], hasBias: linear.bias != nil
        ).layer
    }

    private mutating func normalizationLayer(_ normalization: Step.BatchNormalization) -> Layer {
        let name = names.name(
            weight: normalization.weight.name, node: normalization.name, kind: "norm")
        set(name, "weight", normalization.weight)
        set(name, "bias", normalization.bias)
        set(name, "running_mean", normalization.mean)
        set(name, "running_var", normalization.variance)
        return BatchNorm2D(
            name, channels: normalization.weight.elements.count, epsilon: normalization.epsilon
        ).layer
    }

    /// A convolution of single pixels, each channel alone.
    private mutating func scaleShiftLayer(_ line: Step.ScaleShift, _ step: Step) throws -> Layer {
        guard step.shape.count == 4 else {
            throw unknown(step, "a constant factor or summand of what is no image")
        }
        let channels = step.shape[1]
        let name = names.name(weight: "", node: line.name, kind: "scale")
        for (suffix, numbers, rest) in [
            ("weight", line.weight, [1, 1, 1]), ("bias", line.bias, []),
        ] {
            let spread =
                numbers.count == 1 ? Array(repeating: numbers[0], count: channels) : numbers
            set(name, suffix, ONNXTensor([channels] + rest, .floats(spread)))
        }
        return Conv2D(
            name, inputChannels: channels, outputChannels: channels, kernelSize: 1,
            groups: channels
        ).layer
    }

    private mutating func set(_ name: String, _ suffix: String, _ tensor: ONNXTensor?) {
        guard let tensor, let floats = tensor.floats else { return }
        parameters["\(name).\(suffix)"] = Tensor(Shape(tensor.dimensions), floats)
    }
}

extension Step.Join {
    fileprivate var ofLayers: Parallel.Join {
        switch self {
        case .add: .add
        case .multiply: .multiply
        case .concatenate: .concatenate
        }
    }
}

extension Step.Pooling {
    fileprivate var layer: Layer {
        let (kernel, stride) = (Extent2D(window.kernel), Extent2D(window.stride))
        let rounding: Program.Operation.Pooling.Rounding = roundsUp ? .ceiling : .floor
        return switch kind {
        case .maximum:
            MaxPool2D(
                kernelSize: kernel, stride: stride, padding: window.padding, rounding: rounding
            ).layer
        case .average(let countsPadding):
            AveragePool2D(
                kernelSize: kernel, stride: stride, padding: window.padding, rounding: rounding,
                countsPadding: countsPadding
            ).layer
        }
    }
}

extension Program.Operation.Activation {
    fileprivate var layer: Layer {
        switch self {
        case .relu: ReLU().layer
        case .sigmoid: Sigmoid().layer
        case .hardSigmoid: HardSigmoid().layer
        case .hardSwish: HardSwish().layer
        case .silu: SiLU().layer
        case .clip(let minimum, let maximum): Clip(minimum: minimum, maximum: maximum).layer
        case .gelu: GELU().layer
        case .geluTanh: GELU(approximation: .tanh).layer
        }
    }
}

extension Extent2D {
    /// - Parameter sizes: rows and columns.
    fileprivate init(_ sizes: [Int]) { self.init(height: sizes[0], width: sizes[1]) }
}

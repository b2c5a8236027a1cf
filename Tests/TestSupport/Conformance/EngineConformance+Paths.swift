import BranchyCompute

/// What the blocks of known networks come to, once their parallel paths are lowered.
enum PathNetwork: String, CaseIterable {
    case squeezeAndExcitation, invertedResidual, fire, inception, dense, shuffleUnit, frozen

    /// An image of 3 channels to four logits.
    func build(_ program: inout Program, _ image: Program.Value) throws -> Program.Value {
        let stem = try program.convolve(
            image, "stem", filters: 16, kernelSize: 3, padding: 1)
        let maps = try program.apply(.relu, stem)
        let block = try block(&program, maps)
        return try program.classify(
            try program.apply(.globalAveragePooling(), block), "fc", classes: 4)
    }

    private func block(_ program: inout Program, _ x: Program.Value) throws -> Program.Value {
        switch self {
        case .squeezeAndExcitation: try program.squeeze(x, "se", to: 4, .silu, .sigmoid)
        case .invertedResidual: try program.invertedResidual(x)
        case .fire: try program.fire(x)
        case .inception: try program.inception(x)
        case .dense: try program.dense(x)
        case .shuffleUnit: try program.shuffleUnit(x)
        case .frozen: try program.frozen(x)
        }
    }
}

extension EngineConformance {
    static let pathCases: [ConformanceCase] =
        PathNetwork.allCases.flatMap { network in
            [1, 2, 7].map { inference(of: network, batchSize: $0) }
        } + [crossingPaths]

    private static func inference(of network: PathNetwork, batchSize: Int) -> ConformanceCase {
        ConformanceCase(
            "\(network.rawValue), batch \(batchSize)", batchSize: batchSize,
            adjust: { $0.makeVariancesPositive() }
        ) { program in
            let image = program.addInput("image", ValueType([3, 12, 11]))
            program.beginSegment("only")
            program.addOutput("y", try network.build(&program, image))
            program = program.fusingActivations()
        }
    }

    private static let crossingPaths = ConformanceCase(
        "paths that end in another segment than they begin"
    ) { program in
        let x = program.addInput("x", ValueType([3, 6, 5]))
        program.beginSegment("trunk")
        let maps = try program.convolve(x, "conv", filters: 17, kernelSize: 3, padding: 1)
        let half = try program.apply(.selectChannels(3..<12), maps)
        program.beginSegment("branch")
        program.addOutput("early", try program.classify(half, "fc1", classes: 5))
        program.beginSegment("end")
        let both = try program.apply(.concatenate, half, maps)
        program.addOutput("late", try program.classify(both, "fc2", classes: 10))
    }

    /// Loss and gradients of all parameters, as reverse-mode differentiation makes them.
    static let pathTrainingStepCases: [ConformanceCase] = PathNetwork.allCases.flatMap { network in
        [2, 7].map { batchSize in
            trainingStep(network.rawValue, batchSize: batchSize) {
                try network.build(&$0, $1)
            }
        }
    }
}

extension Program {
    /// Hu, Shen, Sun, *Squeeze-and-Excitation Networks*, CVPR 2018, section 3.
    fileprivate mutating func squeeze(
        _ x: Value, _ name: String, to channels: Int, _ inner: Program.Operation.Activation,
        _ outer: Program.Operation.Activation
    ) throws -> Value {
        let mean = try apply(.globalAveragePooling(keepsDimensions: true), x)
        let squeezed = try convolve(mean, "\(name).fc1", filters: channels, kernelSize: 1)
        let narrow = try apply(.activation(inner), squeezed)
        let excited = try convolve(
            narrow, "\(name).fc2", filters: type(of: x).shape[0], kernelSize: 1)
        return try apply(.multiply, x, try apply(.activation(outer), excited))
    }

    /// Howard et al., *Searching for MobileNetV3*, ICCV 2019, figure 4; between its depthwise
    /// convolution and its squeeze a clip, so that all kinds of activations are in it.
    fileprivate mutating func invertedResidual(_ x: Value) throws -> Value {
        let expanded = try convolve(x, "expand", filters: 24, kernelSize: 1)
        let wide = try apply(.activation(.hardSwish), expanded)
        let depthwise = try convolve(
            wide, "depthwise", filters: 24, kernelSize: 3, padding: 1, groups: 24)
        let clipped = try apply(.activation(.clip(minimum: -1.5, maximum: 6)), depthwise)
        let weighted = try squeeze(clipped, "se", to: 8, .relu, .hardSigmoid)
        let projected = try convolve(weighted, "project", filters: 16, kernelSize: 1)
        return try apply(.add, projected, x)
    }

    /// Iandola et al., *SqueezeNet*, 2016, figure 1.
    fileprivate mutating func fire(_ x: Value) throws -> Value {
        let pooling = Program.Operation.Pooling(kernelSize: 3, stride: 2, rounding: .ceiling)
        let pooled = try apply(.maxPooling(pooling), x)
        let squeezed = try apply(
            .relu, try convolve(pooled, "squeeze", filters: 3, kernelSize: 1))
        let narrow = try apply(
            .relu, try convolve(squeezed, "expand1x1", filters: 9, kernelSize: 1))
        let wide = try apply(
            .relu, try convolve(squeezed, "expand3x3", filters: 15, kernelSize: 3, padding: 1))
        return try apply(.concatenate, narrow, wide)
    }

    /// Szegedy et al., *Going Deeper with Convolutions*, CVPR 2015, figure 2.
    fileprivate mutating func inception(_ x: Value) throws -> Value {
        let first = try convolve(x, "branch1", filters: 16, kernelSize: 1)
        let second = try convolve(
            try apply(.activation(.gelu), try convolve(x, "branch2.0", filters: 5, kernelSize: 1)),
            "branch2.1", filters: 8, kernelSize: 3, padding: 1)
        let third = try convolve(
            try convolve(
                x, "branch3.0", filters: 6, kernelSize: Extent2D(height: 1, width: 5),
                padding: Padding2D(Extent2D(height: 0, width: 2))),
            "branch3.1", filters: 3, kernelSize: Extent2D(height: 5, width: 1),
            padding: Padding2D(Extent2D(height: 2, width: 0)))
        let means = try apply(
            .averagePooling(.init(kernelSize: 3, stride: 1, padding: 1, countsPadding: true)), x)
        let fourth = try convolve(means, "branch4", filters: 4, kernelSize: 1)
        return try apply(.relu, try apply(.concatenate, first, second, third, fourth))
    }

    /// Huang et al., *Densely Connected Convolutional Networks*, CVPR 2017, figure 1, then its
    /// transition.
    fileprivate mutating func dense(_ x: Value) throws -> Value {
        var all = x
        for index in 0..<3 {
            let positive = try apply(.activation(.silu), all)
            let new = try convolve(
                positive, "layer\(index)", filters: 12, kernelSize: 3, padding: 1)
            all = try apply(.concatenate, all, new)
        }
        let narrow = try convolve(all, "transition", filters: 26, kernelSize: 1)
        return try apply(.averagePooling(.init(kernelSize: 2, stride: 2)), narrow)
    }

    /// Ma et al., *ShuffleNet V2*, ECCV 2018, figure 3 (d), then (c).
    fileprivate mutating func shuffleUnit(_ x: Value) throws -> Value {
        let left = try convolve(
            try convolve(
                x, "left.0", filters: 16, kernelSize: 3, stride: 2, padding: 1, groups: 16),
            "left.1", filters: 10, kernelSize: 1)
        let right = try convolve(
            try convolve(
                x, "right.0", filters: 16, kernelSize: 3, stride: 2, padding: 1, groups: 8),
            "right.1", filters: 10, kernelSize: 1)
        let halved = try apply(
            .shuffleChannels(groups: 2),
            try apply(.concatenate, try apply(.relu, left), try apply(.relu, right)))
        let kept = try apply(.selectChannels(0..<10), halved)
        let changed = try convolve(
            try apply(.selectChannels(10..<20), halved), "change", filters: 10, kernelSize: 3,
            padding: 2, dilation: 2, groups: 10)
        return try apply(
            .shuffleChannels(groups: 2),
            try apply(.concatenate, kept, try apply(.activation(.geluTanh), changed)))
    }

    /// A normalization whose statistics are not the batch's, as in a part that is trained no more.
    fileprivate mutating func frozen(_ x: Value) throws -> Value {
        let maps = try convolve(x, "frozen", filters: 24, kernelSize: 3, padding: 1, hasBias: false)
        return try apply(.activation(.silu), try normalize(maps, "frozen.bn", .given))
    }
}

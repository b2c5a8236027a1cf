package import BranchyCompute

extension EngineConformance {
    /// Several operations in a row, between which an engine may keep a layout of its own.
    static let chainCases: [ConformanceCase] =
        [5, 10, 20, 16, 33].map { flattened(channels: $0) }
        + [
            ConformanceCase("flatten of one pixel, then linear") { program in
                let x = program.addInput("x", ValueType([5, 3, 3]))
                program.beginSegment("only")
                let maps = try program.convolve(x, "conv", filters: 10, kernelSize: 3)
                program.addOutput("y", try program.classify(maps, "fc", classes: 4))
            },
            ConformanceCase("flatten of an input, then linear") { program in
                let x = program.addInput("x", ValueType([5, 3, 2]))
                program.beginSegment("only")
                program.addOutput("y", try program.classify(x, "fc", classes: 4))
            },
            ConformanceCase("features that a linear layer and a relu read") { program in
                let x = program.addInput("x", ValueType([5, 3, 3]))
                program.beginSegment("only")
                let maps = try program.convolve(x, "conv", filters: 16, kernelSize: 1)
                let features = try program.apply(.flatten, maps)
                let positive = try program.apply(.relu, features)
                program.addOutput("y", try program.classify(features, "fc1", classes: 4))
                program.addOutput("z", try program.classify(positive, "fc2", classes: 4))
            },
            ConformanceCase("two linear layers") { program in
                let x = program.addInput("x", ValueType([13]))
                program.beginSegment("only")
                let hidden = try program.classify(x, "fc1", classes: 21)
                let positive = try program.apply(.relu, hidden)
                program.addOutput("y", try program.classify(positive, "fc2", classes: 10))
            },
            ConformanceCase("a residual block") { program in
                let x = program.addInput("x", ValueType([3, 6, 6]))
                program.beginSegment("only")
                let stem = try program.convolve(x, "stem", filters: 17, kernelSize: 3, padding: 1)
                let first = try program.convolve(
                    stem, "first", filters: 17, kernelSize: 3, padding: 1, activation: .relu)
                let second = try program.convolve(
                    first, "second", filters: 17, kernelSize: 3, padding: 1)
                let sum = try program.apply(.add, stem, second)
                program.addOutput("y", try program.apply(.relu, sum))
            },
        ] + batchSizes.map { chain(batchSize: $0) }
        + [1, 5, 15, 18].flatMap { width in
            batchSizes.map { branched(width: width, batchSize: $0) }
        }

    private static func flattened(channels: Int) -> ConformanceCase {
        ConformanceCase("convolution to \(channels), flatten, linear") { program in
            let x = program.addInput("x", ValueType([3, 6, 5]))
            program.beginSegment("only")
            let maps = try program.convolve(x, "conv", filters: channels, kernelSize: 3)
            program.addOutput("y", try program.classify(maps, "fc", classes: 10))
        }
    }

    /// Planes that a linear layer reads and, in a later segment, a padded convolution.
    private static func branched(width: Int, batchSize: Int) -> ConformanceCase {
        ConformanceCase(
            "relu of rows of \(width), linear, and a padded convolution, batch \(batchSize)",
            batchSize: batchSize
        ) { program in
            let x = program.addInput("x", ValueType([3, 4, width]))
            program.beginSegment("trunk")
            let maps = try program.apply(.relu, x)
            program.beginSegment("branch")
            program.addOutput("early", try program.classify(maps, "fc1", classes: 10))
            program.beginSegment("end")
            let deeper = try program.convolve(
                maps, "conv", filters: 5, kernelSize: 3, padding: 2)
            program.addOutput("late", try program.classify(deeper, "fc2", classes: 33))
        }
    }

    private static func chain(batchSize: Int) -> ConformanceCase {
        ConformanceCase(
            "conv, pool, relu, conv, flatten, linear, batch \(batchSize)", batchSize: batchSize
        ) { program in
            let x = program.addInput("x", ValueType([1, 12, 11]))
            program.beginSegment("only")
            let maps = try program.convolve(x, "conv1", filters: 5, kernelSize: 5, padding: 2)
            let pooling = Program.Operation.Pooling(kernelSize: 2, stride: 2, rounding: .ceiling)
            let pooled = try program.apply(.maxPooling(pooling), maps)
            let positive = try program.apply(.relu, pooled)
            let deeper = try program.convolve(positive, "conv2", filters: 10, kernelSize: 3)
            program.addOutput("y", try program.classify(deeper, "fc", classes: 10))
        }
    }
}

extension Program {
    /// A convolution, its parameters named after it.
    package mutating func convolve(
        _ source: Value, _ name: String, filters: Int, kernelSize: Extent2D,
        stride: Extent2D = 1, padding: Padding2D = 0, dilation: Extent2D = 1, groups: Int = 1,
        hasBias: Bool = true, activation: Program.Operation.Activation? = nil
    ) throws -> Value {
        let shape: Shape = [
            filters, type(of: source).shape[0] / groups, kernelSize.height, kernelSize.width,
        ]
        let weight = addParameter("\(name).weight", shape)
        let bias = hasBias ? [addParameter("\(name).bias", [filters])] : []
        let convolution = Program.Operation.Convolution(
            stride: stride, padding: padding, dilation: dilation, groups: groups,
            activation: activation)
        return try append(.convolution(convolution), [source, weight] + bias)[0]
    }

    /// A linear layer with bias, its parameters named after it, on the flattened source.
    package mutating func classify(_ source: Value, _ name: String, classes: Int) throws -> Value {
        let features = type(of: source).shape.rank == 1 ? source : try apply(.flatten, source)
        let weight = addParameter("\(name).weight", [classes, type(of: features).shape[0]])
        let bias = addParameter("\(name).bias", [classes])
        return try apply(.linear(.init()), features, weight, bias)
    }
}

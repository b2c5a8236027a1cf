import BranchyCompute

extension ConvolutionSample {
    /// Kernels, strides and paddings that differ by side, and windows with gaps.
    static let windows: [ConvolutionSample] = [
        .init(kernelSize: Extent2D(height: 1, width: 5), padding: 1),
        .init(
            channels: 16, filters: 17, kernelSize: Extent2D(height: 7, width: 1),
            padding: Padding2D(top: 3, left: 0, bottom: 3, right: 0)),
        .init(kernelSize: Extent2D(height: 2, width: 4), stride: Extent2D(height: 3, width: 1)),
        .init(
            channels: 16, filters: 16, stride: Extent2D(height: 1, width: 2), padding: 1,
            activation: .relu),
        .init(
            stride: Extent2D(height: 2, width: 3), padding: Padding2D(Extent2D(height: 0, width: 2))
        ),
        // As TensorFlow pads where a stride leaves one row and column over.
        .init(
            stride: 2, padding: Padding2D(top: 0, left: 0, bottom: 1, right: 1), height: 8, width: 8
        ),
        .init(
            channels: 16, filters: 33, stride: 2,
            padding: Padding2D(top: 0, left: 0, bottom: 1, right: 1), height: 8, width: 8),
        .init(
            kernelSize: 5, stride: 2, padding: Padding2D(top: 1, left: 2, bottom: 2, right: 1),
            activation: .relu),
        .init(padding: Padding2D(top: 1, left: 0, bottom: 0, right: 0)),
        .init(channels: 16, filters: 16, padding: Padding2D(top: 0, left: 3, bottom: 2, right: 1)),
        .init(kernelSize: 1, padding: Padding2D(top: 2, left: 0, bottom: 0, right: 1)),
        .init(padding: 2, dilation: 2),
        .init(channels: 16, filters: 24, padding: 2, dilation: 2, activation: .relu),
        .init(
            kernelSize: Extent2D(height: 2, width: 3), stride: 2, padding: 3,
            dilation: Extent2D(height: 1, width: 3)),
        .init(channels: 17, filters: 16, stride: 2, padding: 4, dilation: 4),
        .init(
            kernelSize: 5, padding: 0, dilation: Extent2D(height: 1, width: 1), height: 9, width: 5),
        .init(padding: 6, dilation: 6, height: 3, width: 2),
    ]

    /// Channels in groups of 1 and more, the same on both sides and not; each with another window.
    static let grouped: [ConvolutionSample] = groupCounts.indices.map { index in
        let (channels, filters, groups) = groupCounts[index]
        return ConvolutionSample(
            channels: channels, filters: filters, kernelSize: Extent2D([3, 1, 5][index % 3]),
            stride: Extent2D(index % 4 == 3 ? 2 : 1), padding: Padding2D(index % 3),
            groups: groups, hasBias: index.isMultiple(of: 2),
            activation: index % 3 == 1 ? .relu : nil)
    }

    private static let groupCounts: [(channels: Int, filters: Int, groups: Int)] = [
        (4, 6, 2), (6, 4, 2), (9, 6, 3), (8, 8, 4), (16, 32, 2), (32, 32, 2), (24, 40, 8),
        (48, 32, 16), (6, 33, 3), (34, 2, 2),
    ]

    /// As many groups as channels, with a result channel each or several.
    static let depthwise: [ConvolutionSample] =
        [3, 15, 16, 17, 24, 40].flatMap { depthwise(channels: $0) } + oddDepthwise

    private static func depthwise(channels: Int) -> [ConvolutionSample] {
        [(3, 1), (3, 2), (5, 1), (5, 2)].map { kernelSize, stride in
            ConvolutionSample(
                channels: channels, filters: channels, kernelSize: Extent2D(kernelSize),
                stride: Extent2D(stride), padding: Padding2D(kernelSize / 2), groups: channels,
                hasBias: stride == 1, activation: kernelSize == 3 ? .relu : nil, height: 8)
        }
    }

    private static let oddDepthwise: [ConvolutionSample] = [
        .init(channels: 3, filters: 6, padding: 1, groups: 3),
        .init(channels: 5, filters: 15, stride: 2, padding: 1, groups: 5),
        .init(channels: 16, filters: 32, kernelSize: 5, padding: 2, groups: 16),
        .init(
            channels: 16, filters: 16,
            padding: Padding2D(top: 0, left: 0, bottom: 1, right: 1), groups: 16),
        .init(channels: 24, filters: 24, padding: 2, dilation: 2, groups: 24),
        .init(
            channels: 17, filters: 17, kernelSize: Extent2D(height: 1, width: 7),
            padding: Padding2D(top: 0, left: 3, bottom: 0, right: 3), groups: 17),
        .init(
            channels: 16, filters: 16, stride: 2,
            padding: Padding2D(top: 0, left: 0, bottom: 1, right: 1), groups: 16, height: 8,
            width: 8),
        .init(channels: 40, filters: 40, kernelSize: 7, padding: 3, groups: 40),
        .init(channels: 16, filters: 16, kernelSize: 1, groups: 16),
        .init(channels: 33, filters: 33, padding: 1, groups: 33, height: 1, width: 1),
    ]
}

extension EngineConformance {
    /// Convolutions of windows of any shape, and of groups.
    static let windowCases: [ConformanceCase] =
        [literalGroups, literalDepthwise] + windowSamples.map { $0.conformanceCase() }
        + batchedWindows.map { $0.sample.conformanceCase(batchSize: $0.batchSize) }

    static let windowGradientCases: [ConformanceCase] =
        [literalGroupGradients] + windowSamples.map { $0.gradientCase() }
        + batchedWindows.map { $0.sample.gradientCase(batchSize: $0.batchSize) }

    /// What a sweep of random sizes found wrong in a library: gaps of kernels of one row, and rows of
    /// a kernel that meet padding alone.
    private static let foundWindows: [ConvolutionSample] = [
        .init(
            channels: 10, filters: 2, kernelSize: Extent2D(height: 1, width: 3),
            padding: Padding2D(Extent2D(height: 0, width: 5)), dilation: 4, groups: 2, height: 3,
            width: 56),
        .init(
            channels: 128, filters: 48, kernelSize: 1, dilation: Extent2D(height: 4, width: 2),
            groups: 16, height: 12, width: 56),
        .init(
            channels: 128, filters: 7, kernelSize: 7, padding: 3, hasBias: false, height: 2,
            width: 9),
    ]

    private static let batchedWindows: [(sample: ConvolutionSample, batchSize: Int)] =
        batchSizes.flatMap { batchSize in
            [(4, 6, 2), (17, 17, 17)].map { channels, filters, groups in
                let sample = ConvolutionSample(
                    channels: channels, filters: filters, padding: 1, groups: groups)
                return (sample, batchSize)
            }
        }

    private static let windowSamples: [ConvolutionSample] =
        ConvolutionSample.windows + ConvolutionSample.grouped + ConvolutionSample.depthwise
        + foundWindows

    /// Two groups of two channels, a window of 2x2 over columns that are 2 apart, strides of 1 and 2,
    /// and padding of 0, 1, 1 and 2. Results and derivatives are PyTorch 2.13's.
    private static let uneven = Program.Operation.Convolution(
        stride: Extent2D(height: 1, width: 2),
        padding: Padding2D(top: 0, left: 1, bottom: 1, right: 2),
        dilation: Extent2D(height: 1, width: 2), groups: 2)

    private static let unevenWeights: [Float] = [
        1, 2, -1, 3, 0, 1, 2, -2, -1, 1, 2, 0, 1, -3, 1, 1,
    ]

    private static let literalGroups = ConformanceCase(
        "convolution by hand of two groups, dilated, with other strides and paddings by side",
        numbers: [
            "x": (0..<32).map { Float($0) / 4 - 3.75 }, "w": unevenWeights, "b": [0.5, -1],
        ],
        expected: ["y": [-14.5, -14.5, -0.5, -5, -6, -1.5, -4.5, 3.5, 9, -10, -9, 1]]
    ) { program in
        let x = program.addInput("x", ValueType([4, 2, 4]))
        let (w, b) = (program.addParameter("w", [2, 2, 2, 2]), program.addParameter("b", [2]))
        program.beginSegment("only")
        program.addOutput("y", try program.apply(.convolution(uneven), x, w, b))
    }

    private static let literalGroupGradients = ConformanceCase(
        "convolution gradients by hand of two groups, dilated, with other paddings by side",
        numbers: [
            "x": (0..<32).map { Float($0) / 4 - 3.75 }, "w": unevenWeights,
            "dy": (1...12).map(Float.init),
        ],
        expected: [
            "dx": [
                0, 4, 0, 7, 0, 14, 0, 19, 0, 1, 0, 2, 0, 6, 0, 7, 0, -1, 0, -1, 0, 15, 0, 17, 0,
                -13, 0, -15, 0, -4, 0, -4,
            ],
            "dw": [
                -40.5, -29.5, -11, -6.5, -8.5, -5.5, -1, -0.5, 53.5, 48.5, 30, 26.5, 133.5, 120.5,
                64, 56.5,
            ],
            "db": [21, 57],
        ]
    ) { program in
        let x = program.addInput("x", ValueType([4, 2, 4]))
        let w = program.addInput("w", ValueType([2, 2, 2, 2], isBatched: false))
        let dy = program.addInput("dy", ValueType([2, 2, 3]))
        program.beginSegment("only")
        let bySource = Program.Operation.Gradient.convolutionSource(uneven, source: [4, 2, 4])
        program.addOutput("dx", try program.apply(.gradient(bySource), dy, w))
        let byParameters = Program.Operation.Gradient.convolutionParameters(
            uneven, kernelSize: 2, hasBias: true)
        let gradients = try program.append(.gradient(byParameters), [x, dy])
        program.addOutput("dw", gradients[0])
        program.addOutput("db", gradients[1])
    }

    /// Windows begin at -1 and 1 and see [0 0; 0 1], [0 0; 2 0], [0 3; 0 0], [4 0; 0 0] of the first
    /// channel, of which the first two results come.
    private static let literalDepthwise = ConformanceCase(
        "convolution by hand of each channel for itself, two results of each",
        numbers: [
            "x": [1, 2, 3, 4, -1, 0, 2, 5], "w": [1, 0, 0, 1, 2, 1, 0, 0, 0, 0, 1, 1, -1, 0, 0, 2],
        ],
        expected: ["y": [1, 0, 0, 4, 0, 0, 3, 8, -1, 0, 0, 0, -2, 0, 0, -5]]
    ) { program in
        let x = program.addInput("x", ValueType([2, 2, 2]))
        let w = program.addParameter("w", [4, 1, 2, 2])
        program.beginSegment("only")
        let convolution = Program.Operation.Convolution(stride: 2, padding: 1, groups: 2)
        program.addOutput("y", try program.apply(.convolution(convolution), x, w))
    }
}

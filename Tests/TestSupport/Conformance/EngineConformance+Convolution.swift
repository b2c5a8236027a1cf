import BranchyCompute

/// One convolution of a small image that is not square.
struct ConvolutionSample: Sendable {
    var channels = 3
    var filters = 5
    var kernelSize: Extent2D = 3
    var stride: Extent2D = 1
    var padding: Padding2D = 0
    var dilation: Extent2D = 1
    var groups = 1
    var hasBias = true
    var activation: Program.Operation.Activation?
    var height = 7
    var width = 6

    var name: String {
        "\(channels)x\(height)x\(width) to \(filters), kernel \(kernelSize), stride \(stride), "
            + "padding (\(padding)), dilation \(dilation), \(groups) groups"
            + "\(hasBias ? ", bias" : "")\(activation.map { ", " + $0.name } ?? "")"
    }

    var convolution: Program.Operation.Convolution {
        Program.Operation.Convolution(
            stride: stride, padding: padding, dilation: dilation, groups: groups,
            activation: activation)
    }

    func conformanceCase(
        batchSize: Int = 2, adjust: @escaping @Sendable (inout Feed) -> Void = { _ in }
    ) -> ConformanceCase {
        ConformanceCase(
            "convolution \(name), batch \(batchSize)", batchSize: batchSize, adjust: adjust
        ) { program in
            let x = program.addInput("x", ValueType([channels, height, width]))
            var operands = [x, program.addParameter("w", weightShape)]
            if hasBias { operands.append(program.addParameter("b", [filters])) }
            program.beginSegment("only")
            program.addOutput("y", try program.append(.convolution(convolution), operands)[0])
        }
    }

    var weightShape: Shape { [filters, channels / groups, kernelSize.height, kernelSize.width] }

    /// All kernels with all strides and paddings.
    static var geometries: [ConvolutionSample] {
        [1, 3, 5].flatMap { kernelSize in
            (1...3).flatMap { stride in
                (0...3).map { padding in
                    ConvolutionSample(
                        kernelSize: Extent2D(kernelSize), stride: Extent2D(stride),
                        padding: Padding2D(padding),
                        hasBias: padding.isMultiple(of: 2),
                        activation: (stride + padding).isMultiple(of: 3) ? .relu : nil)
                }
            }
        }
    }

    /// What a sweep of random sizes found wrong in a library, and the batches it took: kernels of
    /// one pixel that leave out rows; of an odd number of channels; columns that meet padding only.
    static var found: [(sample: ConvolutionSample, batchSize: Int)] {
        [
            (.init(channels: 10, filters: 15, kernelSize: 1, stride: 4, height: 24, width: 24), 17),
            (.init(channels: 5, filters: 14, kernelSize: 1, stride: 3, height: 27, width: 9), 16),
            (.init(channels: 8, filters: 5, kernelSize: 1, stride: 2, height: 22, width: 18), 17),
            (.init(channels: 9, filters: 17, kernelSize: 1, height: 10, width: 3), 16),
            (.init(channels: 10, filters: 17, kernelSize: 1, height: 5, width: 6), 16),
            (.init(channels: 6, filters: 6, stride: 4, padding: 1, height: 15, width: 1), 8),
            (
                .init(
                    channels: 11, filters: 10, kernelSize: 5, stride: 2, padding: 2, height: 9,
                    width: 1), 8
            ),
        ]
    }

    /// Channels and filters `distance` apart in the list of counts; geometries take turns.
    static func channelPairs(distance: Int) -> [ConvolutionSample] {
        let counts = EngineConformance.channelCounts
        return counts.indices.map { index in
            let turn = index + distance
            return ConvolutionSample(
                channels: counts[index], filters: counts[turn % counts.count],
                kernelSize: Extent2D([3, 1, 5][turn % 3]), stride: Extent2D(1 + turn / 3 % 3),
                padding: Padding2D(turn % 4),
                hasBias: index.isMultiple(of: 2), activation: turn % 3 == 1 ? .relu : nil,
                height: 5, width: 5 + distance % 3)
        }
    }
}

extension EngineConformance {
    static let convolutionCases: [ConformanceCase] =
        literalConvolutions + convolutionSamples.map { $0.conformanceCase() }
        + batchSizes.map {
            ConvolutionSample(filters: 17, padding: 1).conformanceCase(batchSize: $0)
        }
        + ConvolutionSample.found.map { $0.sample.conformanceCase(batchSize: $0.batchSize) }

    private static let convolutionSamples: [ConvolutionSample] =
        ConvolutionSample.geometries
        + channelCounts.indices.flatMap { ConvolutionSample.channelPairs(distance: $0) }
        + [
            // Results of one pixel, and images of one.
            ConvolutionSample(channels: 5, filters: 10, kernelSize: 5, height: 5, width: 5),
            ConvolutionSample(channels: 16, filters: 33, kernelSize: 1, height: 1, width: 1),
            ConvolutionSample(kernelSize: 5, padding: 2, height: 1, width: 1),
            ConvolutionSample(kernelSize: 5, stride: 3, padding: 3, height: 1, width: 4),
            // LeNet's first, and one wide enough for several vectors in a row.
            ConvolutionSample(channels: 1, padding: 3, height: 28, width: 28),
            ConvolutionSample(channels: 1, filters: 2, padding: 1, height: 3, width: 67),
        ]

    private static let literalConvolutions = [
        ConformanceCase(
            "convolution by hand",
            numbers: [
                "x": [1, 2, 3, 4, 5, 6, 7, 8, 9],
                "w": [1, 2, 3, 4],
                "b": [0.5],
            ],
            // 1·1 + 2·2 + 4·3 + 5·4 + 0.5, and so on: the kernel is not flipped.
            expected: ["y": [37.5, 47.5, 67.5, 77.5]]
        ) { program in
            let x = program.addInput("x", ValueType([1, 3, 3]))
            let (w, b) = (program.addParameter("w", [1, 1, 2, 2]), program.addParameter("b", [1]))
            program.beginSegment("only")
            program.addOutput(
                "y", try program.apply(.convolution(.init()), x, w, b))
        },
        ConformanceCase(
            "convolution by hand with padding, stride, two channels and relu",
            numbers: [
                "x": [1, 2, 3, 4, -1, -2, -3, -4],
                // Four taps of the first channel, then four of the second; then another filter.
                "w": [1, 0, 0, 1, 0, 0, 0, 2, -1, 0, 0, -1, 0, 0, 0, -2],
            ],
            // Windows begin at -1 and 1: they see [0 0; 0 1], [0 0; 2 0], [0 3; 0 0], [4 0; 0 0].
            expected: ["y": [0, 0, 0, 4, 1, 0, 0, 0]]
        ) { program in
            let x = program.addInput("x", ValueType([2, 2, 2]))
            let w = program.addParameter("w", [2, 2, 2, 2])
            program.beginSegment("only")
            let convolution = Program.Operation.Convolution(
                stride: 2, padding: 1, activation: .relu)
            program.addOutput("y", try program.apply(.convolution(convolution), x, w))
        },
    ]
}

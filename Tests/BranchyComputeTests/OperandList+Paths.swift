import BranchyCompute

/// What networks of parallel paths need.
extension OperandList {
    private static let image = sample([6, 7, 4])
    private static let pixel = sample([6, 1, 1])
    private static let channel = fixed([6])
    private static let grouped = Program.Operation.Convolution(
        stride: Extent2D(height: 1, width: 2),
        padding: Padding2D(top: 0, left: 1, bottom: 1, right: 2),
        dilation: Extent2D(height: 1, width: 2), groups: 2)
    private static let padded = Program.Operation.Pooling(
        kernelSize: 3, stride: 2, padding: 1, rounding: .ceiling)
    private static let given = Program.Operation.BatchNormalization(statistics: .given)
    private static let unlike: [Program.Operation.Activation] = [
        .clip(minimum: 0, maximum: 6), .sigmoid, .hardSigmoid, .hardSwish, .silu, .gelu, .geluTanh,
    ]

    static let goodInPaths: [OperandList] =
        [
            OperandList(
                .convolution(grouped), [image, fixed([4, 3, 2, 2]), fixed([4])],
                [sample([4, 7, 3])]),
            OperandList(
                .gradient(.convolutionSource(grouped, source: [6, 7, 4])),
                [sample([4, 7, 3]), fixed([4, 3, 2, 2])], [image]),
            OperandList(
                .gradient(.convolutionParameters(grouped, kernelSize: 2, hasBias: true)),
                [image, sample([4, 7, 3])], [fixed([4, 3, 2, 2]), fixed([4])]),
            OperandList(.maxPooling(padded), [image], [sample([6, 4, 3])]),
            OperandList(.averagePooling(padded), [image], [sample([6, 4, 3])]),
            OperandList(.globalAveragePooling(keepsDimensions: true), [image], [pixel]),
            OperandList(
                .gradient(.globalAveragePooling(source: [6, 7, 4], keepsDimensions: true)),
                [pixel], [image]),
            OperandList(.multiply, [image, image], [image]),
            OperandList(.multiply, [image, pixel], [image]),
            OperandList(.multiply, [channel, channel], [channel]),
            OperandList(.gradient(.multiply), [image, image], [pixel]),
            OperandList(
                .concatenate, [image, sample([1, 7, 4]), image], [sample([13, 7, 4])]),
            OperandList(.selectChannels(2..<3), [image], [sample([1, 7, 4])]),
            OperandList(.selectChannels(0..<6), [image], [image]),
            OperandList(.shuffleChannels(groups: 3), [image], [image]),
            OperandList(
                .gradient(.batchNormalization(given)), [image, channel, channel, channel, image],
                [image, channel, channel]),
        ] + unlike.map { OperandList(.activation($0), [image], [image]) }
        + unlike.map { OperandList(.gradient(.activation($0)), [image, image], [image]) }

    static let badInPaths: [OperandList] =
        hostileConvolutions + hostilePoolings + channels + products + activations

    private static let hostileConvolutions: [OperandList] =
        [Int.min, -2, -1, 0, 4, 5, .max].map { groups in
            OperandList(.convolution(.init(groups: groups)), [image, fixed([6, 3, 2, 2])])
        }
        + [Int.min, -1, 0, 1 << 31 + 1, .max].flatMap { size in
            [
                .init(stride: Extent2D(height: size, width: 1)),
                .init(stride: Extent2D(height: 1, width: size)),
                .init(dilation: Extent2D(height: size, width: 1)),
                .init(dilation: Extent2D(height: 1, width: size)),
            ].map { OperandList(.convolution($0), [image, fixed([6, 6, 2, 2])]) }
        }
        + [Int.min, -1, .max].flatMap { size in
            [
                Padding2D(top: size, left: 0, bottom: 0, right: 0),
                Padding2D(top: 0, left: size, bottom: 0, right: 0),
                Padding2D(top: 0, left: 0, bottom: size, right: 0),
                Padding2D(top: 0, left: 0, bottom: 0, right: size),
            ].map { OperandList(.convolution(.init(padding: $0)), [image, fixed([6, 6, 2, 2])]) }
        }
        + [
            // Six channels in two groups are three a group.
            OperandList(.convolution(.init(groups: 2)), [image, fixed([4, 6, 2, 2])]),
            OperandList(.convolution(.init(groups: 2)), [image, fixed([3, 3, 2, 2])]),
            OperandList(.convolution(.init(groups: 6)), [image, fixed([6, 1, 0, 1])]),
            OperandList(.convolution(.init(dilation: 4)), [image, fixed([6, 6, 3, 2])]),
            OperandList(
                .convolution(.init(padding: Padding2D(1 << 31), dilation: Extent2D(1 << 31))),
                [image, fixed([6, 6, 6, 2])]),
            OperandList(
                .convolution(.init(padding: Padding2D(1 << 31))), [image, fixed([6, 6, 3, 2])]),
            OperandList(
                .gradient(
                    .convolutionParameters(.init(groups: 0), kernelSize: 2, hasBias: false)),
                [image, sample([4, 7, 3])]),
            OperandList(
                .gradient(
                    .convolutionParameters(
                        .init(groups: .min), kernelSize: Extent2D(.max), hasBias: false)),
                [image, sample([4, 7, 3])]),
        ]

    private static let hostilePoolings: [OperandList] =
        [Int.min, -1, 3, 4, .max].flatMap { size in
            [
                Padding2D(top: size, left: 0, bottom: 0, right: 0),
                Padding2D(top: 0, left: size, bottom: 0, right: 0),
                Padding2D(top: 0, left: 0, bottom: size, right: 0),
                Padding2D(top: 0, left: 0, bottom: 0, right: size),
            ].flatMap { padding in
                let pooling = Program.Operation.Pooling(
                    kernelSize: 3, stride: 1, padding: padding)
                return [
                    OperandList(.maxPooling(pooling), [image]),
                    OperandList(.averagePooling(pooling), [image]),
                ]
            }
        }
        + [Int.min, -1, 0, .max].flatMap { size in
            [
                OperandList(
                    .averagePooling(.init(kernelSize: Extent2D(height: size, width: 1), stride: 1)),
                    [image]),
                OperandList(
                    .maxPooling(.init(kernelSize: 1, stride: Extent2D(height: 1, width: size))),
                    [image]),
            ]
        }
        + [
            OperandList(
                .maxPooling(.init(kernelSize: 3, stride: 1, padding: 1, countsPadding: true)),
                [image]),
            OperandList(
                .gradient(.averagePooling(padded, source: [6, 7, 4])), [sample([6, 4, 2])]),
            OperandList(.gradient(.globalAveragePooling(source: [6, 7, 4])), [pixel]),
            OperandList(
                .gradient(.globalAveragePooling(source: [6, 7, 4], keepsDimensions: true)),
                [sample([6])]),
            OperandList(
                .gradient(.globalAveragePooling(source: [6, 7], keepsDimensions: true)), [pixel]),
            OperandList(.globalAveragePooling(keepsDimensions: true), [sample([6])]),
        ]

    private static let channels: [OperandList] =
        [0..<0, 3..<3, -1..<2, 5..<7, 6..<7, Int.min..<1, 0..<Int.max].map {
            OperandList(.selectChannels($0), [image])
        }
        + [Int.min, -3, -1, 0, 4, 5, 7, .max].map {
            OperandList(.shuffleChannels(groups: $0), [image])
        }
        + [
            OperandList(.concatenate, []),
            OperandList(.concatenate, [image]),
            OperandList(.concatenate, [image, sample([6, 7, 5])]),
            OperandList(.concatenate, [image, sample([6, 8, 4])]),
            OperandList(.concatenate, [sample([6]), sample([6])]),
            OperandList(.concatenate, [image, fixed([6, 7, 4])]),
            OperandList(.concatenate, [image, ValueType([6, 7, 4], element: .bfloat16)]),
            OperandList(.concatenate, [image, ValueType([6, 7, 4], element: .selection)]),
            OperandList(.concatenate, [sample([.max, 1, 1]), sample([1, 1, 1])]),
            OperandList(.selectChannels(0..<1), [sample([6])]),
            OperandList(.selectChannels(0..<1), [image, image]),
            OperandList(.shuffleChannels(groups: 2), [fixed([6, 7, 4])]),
        ]

    private static let products: [OperandList] = [
        OperandList(.multiply, [image]),
        OperandList(.multiply, [image, image, image]),
        OperandList(.multiply, [pixel, image]),
        OperandList(.multiply, [image, sample([5, 1, 1])]),
        OperandList(.multiply, [image, sample([6, 7, 1])]),
        OperandList(.multiply, [image, sample([6])]),
        OperandList(.multiply, [image, fixed([6, 1, 1])]),
        OperandList(.multiply, [image, ValueType([6, 1, 1], element: .bfloat16)]),
        OperandList(.gradient(.multiply), [image, pixel]),
        OperandList(.gradient(.multiply), [sample([6]), sample([6])]),
        OperandList(.gradient(.multiply), [image]),
    ]

    private static let noRanges: [(minimum: Float, maximum: Float)] = [
        (0, 0), (1, 0), (.nan, 1), (0, .nan), (.nan, .nan), (.infinity, .infinity),
    ]

    private static let clips: [OperandList] = noRanges.flatMap { range in
        let clip = Program.Operation.Activation.clip(
            minimum: range.minimum, maximum: range.maximum)
        return [
            OperandList(.activation(clip), [image]),
            OperandList(.gradient(.activation(clip)), [image, image]),
        ]
    }

    private static let activations: [OperandList] =
        clips
        + [
            OperandList(.activation(.silu), []),
            OperandList(.activation(.silu), [ValueType([6], element: .int32)]),
            OperandList(.gradient(.activation(.silu)), [image, pixel]),
            // Its derivative is not found from whether an element passed.
            OperandList(
                .batchNormalization(.init(statistics: .batch, activation: .silu)),
                [image, channel, channel]),
            OperandList(
                .gradient(.batchNormalization(.init(statistics: .given, activation: .relu))),
                [
                    image, channel, channel, channel, image,
                    ValueType([6, 7, 4], element: .selection),
                ]),
            OperandList(
                .gradient(.batchNormalization(.init(epsilon: 0, statistics: .given))),
                [image, channel, channel, channel, image]),
            OperandList(
                .gradient(.batchNormalization(.init(statistics: .given))),
                [image, channel, channel, image]),
        ]
}

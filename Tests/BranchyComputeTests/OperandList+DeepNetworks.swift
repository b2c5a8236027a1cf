import BranchyCompute

/// What AlexNet and ResNet need.
extension OperandList {
    private static let halves = Program.Operation.Pooling(
        kernelSize: 2, stride: 2, rounding: .ceiling)
    private static let given = Program.Operation.BatchNormalization(statistics: .given)
    private static let batch = Program.Operation.BatchNormalization(statistics: .batch)
    private static let recording = Program.Operation.BatchNormalization(
        statistics: .batch, activation: .relu)
    private static let response = Program.Operation.LocalResponseNormalization(
        size: 3, alpha: 1, beta: 0.75, k: 2)
    private static let optionA = Program.Operation.Shortcut(
        stride: 2, channelsBefore: 1, channelsAfter: 4)
    private static let image = sample([5, 7, 4])
    private static let channel = fixed([5])
    private static let passed = ValueType([5, 7, 4], element: .selection)

    static let goodInDeepNetworks: [OperandList] = [
        OperandList(.averagePooling(halves), [image], [sample([5, 4, 2])]),
        OperandList(.globalAveragePooling(), [image], [sample([5])]),
        OperandList(
            .batchNormalization(given), [image, channel, channel, channel, channel], [image]),
        OperandList(
            .batchNormalization(batch), [image, channel, channel], [image, channel, channel]),
        OperandList(
            .batchNormalization(recording), [image, channel, channel],
            [image, channel, channel, passed]),
        OperandList(.localResponseNormalization(response), [image], [image]),
        OperandList(.shortcut(optionA), [image], [sample([10, 4, 2])]),
        OperandList(.shortcut(.init(stride: 9)), [image], [sample([5, 1, 1])]),
        OperandList(
            .gradient(.averagePooling(halves, source: [5, 7, 4])), [sample([5, 4, 2])], [image]),
        OperandList(
            .gradient(.globalAveragePooling(source: [5, 7, 4])), [sample([5])], [image]),
        OperandList(
            .gradient(.batchNormalization(batch)), [image, channel, channel, channel, image],
            [image, channel, channel]),
        OperandList(
            .gradient(.batchNormalization(recording)),
            [image, channel, channel, channel, image, passed], [image, channel, channel]),
        OperandList(
            .gradient(.localResponseNormalization(response)), [image, image], [image]),
        OperandList(
            .gradient(.shortcut(optionA, source: [5, 7, 4])), [sample([10, 4, 2])], [image]),
    ]

    static let badInDeepNetworks: [OperandList] =
        pooling + batchNormalization + localResponse + shortcut

    private static let pooling: [OperandList] = [
        OperandList(.averagePooling(halves), []),
        OperandList(.averagePooling(halves), [sample([5, 7])]),
        OperandList(.averagePooling(.init(kernelSize: 8, stride: 1)), [image]),
        OperandList(
            .averagePooling(.init(kernelSize: 2, stride: 2, activation: .relu)), [image]),
        OperandList(
            .averagePooling(.init(kernelSize: 2, stride: 2, recordsSelection: true)), [image]),
        OperandList(.globalAveragePooling(), []),
        OperandList(.globalAveragePooling(), [sample([5])]),
        OperandList(.globalAveragePooling(), [sample([5, 0, 4])]),
        OperandList(
            .gradient(.averagePooling(halves, source: [5, 8, 5])), [sample([5, 4, 2])]),
        OperandList(.gradient(.globalAveragePooling(source: [6, 7, 4])), [sample([5])]),
        OperandList(.gradient(.globalAveragePooling(source: [5, 7])), [sample([5])]),
    ]

    private static let batchNormalization: [OperandList] = [
        OperandList(.batchNormalization(given), [image, channel, channel]),
        OperandList(.batchNormalization(batch), [image, channel, channel, channel, channel]),
        OperandList(.batchNormalization(batch), [image, channel, fixed([4])]),
        OperandList(.batchNormalization(batch), [image, channel, sample([5])]),
        OperandList(.batchNormalization(batch), [sample([5]), channel, channel]),
        OperandList(.batchNormalization(batch), [sample([5, 0, 4]), channel, channel]),
        OperandList(
            .batchNormalization(.init(epsilon: 0, statistics: .batch)),
            [image, channel, channel]),
        OperandList(
            .batchNormalization(.init(epsilon: .nan, statistics: .batch)),
            [image, channel, channel]),
        OperandList(
            .gradient(.batchNormalization(batch)),
            [image, channel, channel, channel, image, passed]),
        OperandList(
            .gradient(.batchNormalization(recording)), [image, channel, channel, channel, image]),
        OperandList(
            .gradient(.batchNormalization(batch)),
            [image, channel, channel, channel, sample([5, 7, 3])]),
    ]

    private static let localResponse: [OperandList] = [
        OperandList(.localResponseNormalization(response), []),
        OperandList(.localResponseNormalization(response), [sample([5])]),
        OperandList(
            .localResponseNormalization(.init(size: 2, alpha: 1, beta: 1, k: 1)), [image]),
        OperandList(
            .localResponseNormalization(.init(size: -1, alpha: 1, beta: 1, k: 1)), [image]),
        OperandList(
            .localResponseNormalization(.init(size: 3, alpha: -1, beta: 1, k: 1)), [image]),
        OperandList(
            .localResponseNormalization(.init(size: 3, alpha: .nan, beta: 1, k: 1)), [image]),
        OperandList(
            .localResponseNormalization(.init(size: 3, alpha: 1, beta: .infinity, k: 1)), [image]),
        OperandList(
            .localResponseNormalization(.init(size: 3, alpha: 1, beta: 1, k: 0)), [image]),
        OperandList(
            .gradient(.localResponseNormalization(response)), [image, sample([5, 7, 3])]),
    ]

    private static let shortcut: [OperandList] = [
        OperandList(.shortcut(optionA), []),
        OperandList(.shortcut(optionA), [sample([5])]),
        OperandList(.shortcut(optionA), [sample([5, 0, 4])]),
        OperandList(.shortcut(.init(stride: 0)), [image]),
        OperandList(.shortcut(.init(stride: 1, channelsBefore: -1)), [image]),
        OperandList(.shortcut(.init(stride: 1, channelsAfter: .max)), [image]),
        OperandList(
            .shortcut(.init(stride: 1, channelsAfter: 65_536)), [sample([1, 1 << 31, 1 << 31])]),
        OperandList(.gradient(.shortcut(optionA, source: [5, 7, 5])), [sample([10, 4, 2])]),
        OperandList(.gradient(.shortcut(optionA, source: [5, 7])), [sample([10, 4, 2])]),
    ]
}

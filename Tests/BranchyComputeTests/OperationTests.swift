import BranchyCompute
import Testing

@Suite struct OperationTests {
    @Test(arguments: OperandList.good + OperandList.goodInDeepNetworks + OperandList.goodInPaths)
    func hasResultTypes(_ list: OperandList) throws {
        #expect(try list.operation.resultTypes(for: list.operands) == list.results)
    }

    @Test(arguments: OperandList.bad + OperandList.badInDeepNetworks + OperandList.badInPaths)
    func refusesOperands(_ list: OperandList) {
        let error = #expect(throws: ShapeError.self) {
            try list.operation.resultTypes(for: list.operands)
        }
        guard let error else { return }
        #expect(!error.expected.isEmpty)
        let got = list.operands.map(\.description).joined(separator: ", ")
        #expect(
            error.description == "\(list.operation) got (\(got)), expected \(error.expected)")
    }

    @Test func explainsWhatItRefuses() {
        let error = #expect(throws: ShapeError.self) {
            try Program.Operation.linear(.init()).resultTypes(for: [
                ValueType([4]), ValueType([2, 5], isBatched: false),
            ])
        }
        #expect(
            error?.description == "linear got (Nx4 float32, 2x5 float32), "
                + "expected as many weight columns as source features")
    }
}

/// An operation with the types of its operands and, where they fit, of its results.
struct OperandList: Sendable, CustomStringConvertible {
    let operation: Program.Operation
    let operands: [ValueType]
    let results: [ValueType]

    init(_ operation: Program.Operation, _ operands: [ValueType], _ results: [ValueType] = []) {
        (self.operation, self.operands, self.results) = (operation, operands, results)
    }

    var description: String { "\(operation) of \(operands)" }

    static func sample(_ shape: Shape) -> ValueType { ValueType(shape) }
    static func fixed(_ shape: Shape) -> ValueType { ValueType(shape, isBatched: false) }
    private static let targets = ValueType([], element: .int32)
    private static let strided = Program.Operation.Convolution(stride: 2, padding: 1)
    private static let pooling = Program.Operation.Pooling(
        kernelSize: 2, stride: 2, rounding: .ceiling)
    private static let recording = Program.Operation.Pooling(
        kernelSize: 2, stride: 2, rounding: .floor, recordsSelection: true)
    private static let selection = ValueType([5, 3, 2], element: .selection)

    static let good: [OperandList] = [
        OperandList(
            .convolution(strided), [sample([3, 8, 7]), fixed([5, 3, 3, 3])], [sample([5, 4, 4])]),
        OperandList(
            .convolution(strided), [sample([3, 8, 8]), fixed([5, 3, 3, 2])], [sample([5, 4, 5])]),
        OperandList(
            .convolution(.init()),
            [sample([3, 4, 4]), fixed([5, 3, 4, 4]), fixed([5])],
            [sample([5, 1, 1])]),
        OperandList(.linear(.init()), [sample([4]), fixed([2, 4])], [sample([2])]),
        OperandList(
            .linear(.init()), [sample([4]), fixed([2, 4]), fixed([2])], [sample([2])]),
        OperandList(.maxPooling(pooling), [sample([5, 7, 4])], [sample([5, 4, 2])]),
        OperandList(
            .maxPooling(recording), [sample([5, 7, 4])], [sample([5, 3, 2]), selection]),
        OperandList(.relu, [sample([5, 3])], [sample([5, 3])]),
        OperandList(.dropout, [sample([5]), sample([5])], [sample([5])]),
        OperandList(.add, [sample([5]), sample([5])], [sample([5])]),
        OperandList(.add, [fixed([5]), fixed([5])], [fixed([5])]),
        OperandList(.flatten, [sample([5, 3, 2])], [sample([30])]),
        OperandList(
            .softmaxCrossEntropy(labelSmoothing: 0), [sample([10]), targets, sample([])],
            [fixed([])]),
        OperandList(
            .distillation(temperature: 2), [sample([10]), sample([10]), sample([])], [fixed([])]),
        OperandList(
            .gradient(.convolutionSource(strided, source: [3, 8, 7])),
            [sample([5, 4, 4]), fixed([5, 3, 3, 3])], [sample([3, 8, 7])]),
        OperandList(
            .gradient(.convolutionParameters(strided, kernelSize: 3, hasBias: true)),
            [sample([3, 8, 7]), sample([5, 4, 4])], [fixed([5, 3, 3, 3]), fixed([5])]),
        OperandList(
            .gradient(.linearSource(.init())), [sample([2]), fixed([2, 4])],
            [sample([4])]),
        OperandList(
            .gradient(.linearParameters(.init(), hasBias: false)),
            [sample([4]), sample([2])],
            [fixed([2, 4])]),
        OperandList(
            .gradient(.linearParameters(.init(), hasBias: true)),
            [sample([4]), sample([2])],
            [fixed([2, 4]), fixed([2])]),
        OperandList(
            .gradient(.maxPooling(recording, source: [5, 7, 4])), [selection, sample([5, 3, 2])],
            [sample([5, 7, 4])]),
        OperandList(.gradient(.relu), [sample([5]), sample([5])], [sample([5])]),
        OperandList(.gradient(.flatten(source: [5, 3, 2])), [sample([30])], [sample([5, 3, 2])]),
        OperandList(
            .gradient(.softmaxCrossEntropy(labelSmoothing: 0)),
            [sample([10]), targets, sample([])], [sample([10])]),
        OperandList(
            .gradient(.distillation(temperature: 2)), [sample([10]), sample([10]), sample([])],
            [sample([10])]),
    ]

    static let bad: [OperandList] = convolutions + layers + elementwise + gradients

    private static let convolutions: [OperandList] = [
        OperandList(.convolution(strided), []),
        OperandList(.convolution(strided), [sample([3, 8, 8])]),
        OperandList(.convolution(strided), [sample([3, 8]), fixed([5, 3, 3, 3])]),
        OperandList(.convolution(strided), [fixed([3, 8, 8]), fixed([5, 3, 3, 3])]),
        OperandList(.convolution(strided), [sample([3, 8, 8]), sample([5, 3, 3, 3])]),
        OperandList(.convolution(strided), [sample([3, 8, 8]), fixed([5, 4, 3, 3])]),
        OperandList(.convolution(strided), [sample([3, 8, 8]), fixed([5, 3, 0, 0])]),
        OperandList(.convolution(strided), [sample([3, 8, 8]), fixed([5, 3, 3, 3]), fixed([3])]),
        OperandList(
            .convolution(strided), [sample([3, 8, 8]), fixed([5, 3, 3, 3]), sample([5])]),
        OperandList(.convolution(strided), [sample([3, 8, 2]), fixed([5, 3, 5, 5])]),
        OperandList(
            .convolution(.init(stride: 0)),
            [sample([3, 8, 8]), fixed([5, 3, 3, 3])]),
        OperandList(
            .convolution(.init(padding: -1)),
            [sample([3, 8, 8]), fixed([5, 3, 3, 3])]),
        OperandList(
            .convolution(.init(padding: Padding2D(.max))),
            [sample([3, 8, 8]), fixed([5, 3, 3, 3])]),
        OperandList(
            .convolution(.init(padding: 1)), [sample([1, .max, 1]), fixed([1, 1, 3, 3])]),
        OperandList(
            .convolution(.init(padding: Padding2D(1 << 31))),
            [sample([3, 8, 8]), fixed([5, 3, 3, 3])]),
        OperandList(
            .convolution(.init(padding: Padding2D(1 << 40))),
            [sample([3, 8, 8]), fixed([5, 3, 3, 3])]),
    ]

    private static let layers: [OperandList] = [
        OperandList(.linear(.init()), [sample([4])]),
        OperandList(.linear(.init()), [sample([2, 2]), fixed([2, 4])]),
        OperandList(.linear(.init()), [sample([4]), fixed([2, 5])]),
        OperandList(.linear(.init()), [sample([4]), fixed([4])]),
        OperandList(.linear(.init()), [sample([4]), fixed([2, 4]), fixed([4])]),
        OperandList(.maxPooling(pooling), []),
        OperandList(.maxPooling(pooling), [sample([5, 7])]),
        OperandList(.maxPooling(recording), [sample([5, 7, 1])]),
        OperandList(.maxPooling(.init(kernelSize: 0, stride: 1)), [sample([5, 7, 7])]),
        OperandList(.maxPooling(.init(kernelSize: 2, stride: 0)), [sample([5, 7, 7])]),
        OperandList(.softmaxCrossEntropy(labelSmoothing: 0), [sample([10]), targets]),
        OperandList(
            .softmaxCrossEntropy(labelSmoothing: 1), [sample([10]), targets, sample([])]),
        OperandList(
            .softmaxCrossEntropy(labelSmoothing: -0.5), [sample([10]), targets, sample([])]),
        OperandList(
            .softmaxCrossEntropy(labelSmoothing: .nan), [sample([10]), targets, sample([])]),
        OperandList(
            .softmaxCrossEntropy(labelSmoothing: 0), [sample([10]), sample([]), sample([])]),
        OperandList(.softmaxCrossEntropy(labelSmoothing: 0), [sample([10]), targets, fixed([])]),
        OperandList(
            .softmaxCrossEntropy(labelSmoothing: 0), [sample([10, 1]), targets, sample([])]),
        OperandList(.distillation(temperature: 2), [sample([10]), targets, sample([])]),
        OperandList(.distillation(temperature: 2), [sample([10]), sample([9]), sample([])]),
        OperandList(.distillation(temperature: 2), [sample([10]), sample([10]), fixed([])]),
        OperandList(.distillation(temperature: 0), [sample([10]), sample([10]), sample([])]),
        OperandList(.distillation(temperature: .nan), [sample([10]), sample([10]), sample([])]),
        OperandList(
            .gradient(.distillation(temperature: .infinity)),
            [sample([10]), sample([10]), sample([])]),
    ]

    private static let elementwise: [OperandList] = [
        OperandList(.relu, []),
        OperandList(.relu, [sample([5]), sample([5])]),
        OperandList(.relu, [targets]),
        OperandList(.relu, [selection]),
        OperandList(.dropout, [sample([5])]),
        OperandList(.dropout, [sample([5]), fixed([5])]),
        OperandList(.add, [sample([5]), sample([6])]),
        OperandList(.add, [targets, targets]),
        OperandList(.add, [selection, selection]),
        OperandList(.flatten, [fixed([5, 3])]),
        OperandList(.flatten, [selection]),
    ]

    private static let gradients: [OperandList] = [
        OperandList(.gradient(.linearSource(.init())), [sample([3]), fixed([2, 4])]),
        OperandList(.gradient(.linearParameters(.init(), hasBias: true)), [sample([4])]),
        OperandList(.gradient(.relu), [sample([5]), sample([6])]),
        OperandList(.gradient(.relu), [selection, selection]),
        OperandList(.gradient(.flatten(source: [5, 3, 2])), [sample([31])]),
        OperandList(
            .gradient(.maxPooling(recording, source: [5, 7, 4])),
            [sample([5, 3, 2]), sample([5, 3, 2])]),
        OperandList(
            .gradient(.maxPooling(recording, source: [5, 8, 4])), [selection, sample([5, 3, 2])]),
        OperandList(
            .gradient(.convolutionSource(strided, source: [3, 8, 7])),
            [sample([5, 4, 5]), fixed([5, 3, 3, 3])]),
        OperandList(
            .gradient(.convolutionParameters(strided, kernelSize: 3, hasBias: true)),
            [sample([3, 8, 7]), sample([5, 4, 5])]),
        OperandList(
            .gradient(.convolutionParameters(strided, kernelSize: -1, hasBias: true)),
            [sample([3, 8, 7]), sample([5, 4, 4])]),
        OperandList(
            .gradient(.softmaxCrossEntropy(labelSmoothing: 0)), [sample([10]), targets, targets]),
    ]
}

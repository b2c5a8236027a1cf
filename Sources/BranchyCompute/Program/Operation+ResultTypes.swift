extension Program.Operation {
    /// The types of the results for operands of given types.
    ///
    /// - Throws: ``ShapeError`` where the operands do not fit the operation.
    public func resultTypes(for operands: [ValueType]) throws(ShapeError) -> [ValueType] {
        let check = OperandCheck(operation: self, operands: operands)
        switch self {
        case .convolution(let convolution):
            return try convolution.resultTypes(check)
        case .linear:
            try check.require(2...3, "a source, a weight and maybe a bias")
            let (features, weight) = (
                try check.batched(0, rank: 1), try check.parameter(1, rank: 2)
            )
            try check.that(weight[1] == features[0], "as many weight columns as source features")
            try check.sameElement(0, 1)
            try check.bias(2, of: weight[0])
            return [check.source([weight[0]])]
        case .maxPooling(let pooling):
            try check.require(1...1, "a source")
            let result = try pooling.result(of: try check.batched(0, rank: 3), check)
            return pooling.recordsSelection
                ? [check.source(result), ValueType(result, element: .selection)]
                : [check.source(result)]
        case .averagePooling(let pooling):
            try check.require(1...1, "a source")
            try check.that(
                pooling.activation == nil && !pooling.recordsSelection,
                "a pooling without activation or selection")
            return [check.source(try pooling.result(of: try check.batched(0, rank: 3), check))]
        case .globalAveragePooling:
            try check.require(1...1, "a source")
            return [check.source([try check.image(0)[0]])]
        case .batchNormalization(let normalization):
            return try normalization.resultTypes(check)
        case .localResponseNormalization(let normalization):
            try check.require(1...1, "a source")
            try normalization.check(check)
            return [check.source(try check.batched(0, rank: 3))]
        case .shortcut(let shortcut):
            try check.require(1...1, "a source")
            return [check.source(try shortcut.result(of: try check.image(0), check))]
        case .activation:
            try check.require(1...1, "a source")
            try check.floats(0)
            return operands
        case .dropout, .add:
            try check.require(2...2, "two values")
            try check.floats(0)
            try check.that(operands[0] == operands[1], "two values of one shape")
            return [operands[0]]
        case .flatten:
            try check.require(1...1, "a source")
            return [check.source([try check.batched(0).elementCount])]
        case .softmaxCrossEntropy(let smoothing):
            try check.classification(smoothing)
            return [ValueType([], isBatched: false)]
        case .convert(let element):
            try check.require(1...1, "a source")
            try check.floats(0)
            try check.that(element.isFloat, "a type of float to convert to")
            return [
                ValueType(operands[0].shape, element: element, isBatched: operands[0].isBatched)
            ]
        case .gradient(let gradient):
            return try gradient.resultTypes(check)
        }
    }
}

extension Program.Operation.Gradient {
    fileprivate func resultTypes(_ check: OperandCheck) throws(ShapeError) -> [ValueType] {
        switch self {
        case .convolutionSource(let convolution, let source):
            try check.require(2...2, "a gradient and a weight")
            let forward = try Program.Operation.convolution(convolution).resultTypes(
                for: [check.source(source), check.operands[1]])
            try check.that(forward == [check.operands[0]], "the gradient of \(forward)")
            return [check.source(source)]
        case .convolutionParameters(let convolution, let kernelSize, let hasBias):
            try check.require(2...2, "a source and a gradient")
            let (source, gradient) = (try check.batched(0, rank: 3), try check.batched(1, rank: 3))
            let dimensions = [gradient[0], source[0], kernelSize, kernelSize]
            var weight = ValueType(
                try check.shape(dimensions, "a kernel of 1 or more"),
                element: check.operands[0].element, isBatched: false)
            let forward = try Program.Operation.convolution(convolution).resultTypes(
                for: [check.operands[0], weight])
            try check.that(forward == [check.operands[1]], "the gradient of \(forward)")
            weight.element = .float32
            return hasBias ? [weight, ValueType([gradient[0]], isBatched: false)] : [weight]
        case .linearSource:
            try check.require(2...2, "a gradient and a weight")
            let (gradient, weight) = (
                try check.batched(0, rank: 1), try check.parameter(1, rank: 2)
            )
            try check.that(weight[0] == gradient[0], "as many weight rows as gradient features")
            try check.sameElement(0, 1)
            return [check.source([weight[1]])]
        case .linearParameters(_, let hasBias):
            try check.require(2...2, "a source and a gradient")
            let (source, gradient) = (try check.batched(0, rank: 1), try check.batched(1, rank: 1))
            try check.sameElement(0, 1)
            let weight = ValueType([gradient[0], source[0]], isBatched: false)
            return hasBias ? [weight, ValueType([gradient[0]], isBatched: false)] : [weight]
        case .maxPooling(let pooling, let source):
            try check.require(2...2, "a selection and a gradient")
            let result = try pooling.result(of: source, check)
            try check.floats(1)
            let gradient = ValueType(result, element: check.operands[1].element)
            try check.that(
                check.operands == [ValueType(result, element: .selection), gradient],
                "selection and gradient of shape \(result)")
            return [ValueType(source, element: gradient.element)]
        case .averagePooling(let pooling, let source):
            try check.require(1...1, "a gradient")
            let result = try pooling.result(of: source, check)
            try check.floats(0)
            try check.that(
                check.operands == [check.source(result)], "a gradient of shape \(result)")
            return [check.source(source)]
        case .globalAveragePooling(let source):
            try check.require(1...1, "a gradient")
            try check.floats(0)
            try check.that(
                source.rank == 3 && check.operands == [check.source([source[0]])],
                "one gradient per channel of an image")
            return [check.source(source)]
        case .batchNormalization(let normalization):
            return try normalization.gradientTypes(check)
        case .localResponseNormalization(let normalization):
            try check.require(2...2, "a source and a gradient")
            try normalization.check(check)
            let source = try check.batched(0, rank: 3)
            try check.that(check.operands[1] == check.operands[0], "two values of one shape")
            return [check.source(source)]
        case .shortcut(let shortcut, let source):
            try check.require(1...1, "a gradient")
            let result = try shortcut.result(of: source, check)
            try check.floats(0)
            try check.that(
                check.operands == [check.source(result)], "a gradient of shape \(result)")
            return [check.source(source)]
        case .activation(let activation):
            try check.require(2...2, "a \(activation.derivativeOperand) and a gradient")
            try check.floats(0)
            try check.that(check.operands[0] == check.operands[1], "two values of one shape")
            return [check.operands[1]]
        case .flatten(let source):
            try check.require(1...1, "a gradient")
            let count = try check.batched(0, rank: 1).elementCount
            try check.that(count == source.elementCount, "\(source.elementCount) features")
            return [check.source(source)]
        case .softmaxCrossEntropy(let smoothing):
            return [ValueType([try check.classification(smoothing)])]
        }
    }
}

extension Program.Operation.Convolution {
    /// Far beyond any use; sums of a few of these do not overflow.
    private static let largestSize = 1 << 31

    fileprivate func resultTypes(_ check: OperandCheck) throws(ShapeError) -> [ValueType] {
        try check.require(2...3, "a source, a weight and maybe a bias")
        let (source, weight) = (try check.batched(0, rank: 3), try check.parameter(1, rank: 4))
        try check.that(
            stride >= 1 && padding >= 0 && max(padding, source[1], source[2]) <= Self.largestSize,
            "a stride of 1 or more, no negative padding, no size above \(Self.largestSize)")
        try check.that(weight[1] == source[0], "as many weight columns as source channels")
        try check.sameElement(0, 1)
        try check.that(weight[2] == weight[3] && weight[2] >= 1, "a square kernel")
        try check.bias(2, of: weight[0])
        let spans = (source[1] + 2 * padding - weight[2], source[2] + 2 * padding - weight[2])
        try check.that(spans.0 >= 0 && spans.1 >= 0, "a kernel no larger than the padded source")
        let dimensions = [weight[0], spans.0 / stride + 1, spans.1 / stride + 1]
        return [check.source(try check.shape(dimensions, "a result that fits memory"))]
    }
}

extension Program.Operation.Pooling {
    fileprivate func result(of source: Shape, _ check: OperandCheck) throws(ShapeError) -> Shape {
        try check.that(
            kernelSize >= 1 && stride >= 1 && source.rank == 3, "kernel and stride of 1 or more")
        let (rows, columns) = (windowCount(along: source[1]), windowCount(along: source[2]))
        try check.that(rows > 0 && columns > 0, "a source at least as large as the window")
        return [source[0], rows, columns]
    }
}

extension Program.Operation.BatchNormalization {
    fileprivate func resultTypes(_ check: OperandCheck) throws(ShapeError) -> [ValueType] {
        let isGiven = statistics == .given
        try check.require(
            isGiven ? 5...5 : 3...3,
            isGiven ? "a source, weight, bias, mean and variance" : "a source, a weight and a bias")
        try check.that(
            epsilon > 0 && (isGiven || activation?.selects != false),
            "an epsilon above 0, and of a batch no activation but one that selects")
        let (source, channel) = try channels(check, parameters: 1..<check.operands.count)
        let selection = activation == nil ? [] : [ValueType(source, element: .selection)]
        return [check.source(source)] + (isGiven ? [] : [channel, channel] + selection)
    }

    fileprivate func gradientTypes(_ check: OperandCheck) throws(ShapeError) -> [ValueType] {
        let expected = "a source, weight, mean, variance, gradient and, of an activation, selection"
        try check.require(activation == nil ? 5...5 : 6...6, expected)
        try check.that(statistics == .batch && epsilon > 0, "statistics of the batch")
        let (source, channel) = try channels(check, parameters: 1..<4)
        let selection = activation == nil ? [] : [ValueType(source, element: .selection)]
        try check.that(
            Array(check.operands[4...]) == [check.source(source)] + selection,
            "a gradient of the source's type")
        return [check.source(source), channel, channel]
    }

    /// The source's shape, and the type of one number per channel.
    private func channels(
        _ check: OperandCheck, parameters: Range<Int>
    ) throws(ShapeError) -> (Shape, ValueType) {
        let source = try check.image(0)
        let channel = ValueType([source[0]], isBatched: false)
        try check.that(
            parameters.allSatisfy { check.operands[$0] == channel },
            "\(source[0]) numbers, one per channel, in each parameter")
        return (source, channel)
    }
}

extension Program.Operation.LocalResponseNormalization {
    fileprivate func check(_ check: OperandCheck) throws(ShapeError) {
        try check.that(
            size >= 1 && size % 2 == 1 && k > 0 && alpha >= 0 && alpha.isFinite && beta.isFinite,
            "an odd number of channels, k above 0, alpha of 0 or more")
    }
}

extension Program.Operation.Shortcut {
    fileprivate func result(of source: Shape, _ check: OperandCheck) throws(ShapeError) -> Shape {
        try check.that(
            source.rank == 3 && source.elementCount > 0 && stride >= 1
                && (0...65_536).contains(channelsBefore) && (0...65_536).contains(channelsAfter),
            "an image, a stride of 1 or more and 0 to 65536 channels of zeros on each side")
        return try check.shape(
            [
                channelsBefore + source[0] + channelsAfter, (source[1] - 1) / stride + 1,
                (source[2] - 1) / stride + 1,
            ], "a result that fits memory")
    }
}

/// The operands of one operation, with the questions that all operations ask of theirs.
private struct OperandCheck {
    let operation: Program.Operation
    let operands: [ValueType]

    func that(
        _ condition: Bool, _ expected: @autoclosure () -> String
    ) throws(ShapeError) {
        guard condition else {
            throw ShapeError(operation: operation, operands: operands, expected: expected())
        }
    }

    func shape(_ dimensions: [Int], _ expected: String) throws(ShapeError) -> Shape {
        guard let shape = Shape(exactly: dimensions) else {
            throw ShapeError(operation: operation, operands: operands, expected: expected)
        }
        return shape
    }

    func require(_ counts: ClosedRange<Int>, _ expected: String) throws(ShapeError) {
        try that(counts.contains(operands.count), expected)
    }

    func floats(_ index: Int) throws(ShapeError) {
        try that(operands[index].element.isFloat, "operand \(index) to be floats")
    }

    func sameElement(_ first: Int, _ second: Int) throws(ShapeError) {
        try that(
            operands[first].element == operands[second].element,
            "operands \(first) and \(second) of one element type")
    }

    /// A batched value of the first operand's element type.
    func source(_ shape: Shape) -> ValueType {
        ValueType(shape, element: operands[0].element)
    }

    func batched(_ index: Int, rank: Int? = nil) throws(ShapeError) -> Shape {
        let operand = operands[index]
        try that(
            operand.isBatched && operand.element.isFloat
                && (rank == nil || rank == operand.shape.rank),
            "operand \(index) to be batched floats\(rank.map { " of rank \($0)" } ?? "")")
        return operand.shape
    }

    /// A batched image that has at least one element.
    func image(_ index: Int) throws(ShapeError) -> Shape {
        let shape = try batched(index, rank: 3)
        try that(shape.elementCount > 0, "an image with at least one element")
        return shape
    }

    func parameter(_ index: Int, rank: Int) throws(ShapeError) -> Shape {
        let operand = operands[index]
        try that(
            !operand.isBatched && operand.element.isFloat && operand.shape.rank == rank,
            "operand \(index) to be a parameter of rank \(rank)")
        return operand.shape
    }

    func bias(_ index: Int, of size: Int) throws(ShapeError) {
        guard operands.count > index else { return }
        try that(operands[index] == ValueType([size], isBatched: false), "a bias of \(size)")
    }

    @discardableResult
    func classification(_ labelSmoothing: Float) throws(ShapeError) -> Int {
        try require(3...3, "logits, targets and weights")
        try that(0..<1 ~= labelSmoothing, "label smoothing of 0 to below 1")
        let logits = try batched(0, rank: 1)
        try that(operands[0].element == .float32, "logits of 32 bits")
        try that(operands[1] == ValueType([], element: .int32), "one int32 target per sample")
        try that(operands[2] == ValueType([]), "one weight per sample")
        return logits[0]
    }
}

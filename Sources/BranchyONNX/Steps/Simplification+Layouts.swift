import BranchyCompute

extension Simplification {
    /// The sizes of a value.
    func shape(_ id: ValueID) -> [Int] { producer(id)?.shape ?? inputShape }

    /// Takes a reshape or transposition: the same as none, as one before it, or as a shuffle.
    mutating func layOut(_ step: Step) {
        var step = step
        var source = shape(step.inputs[0])
        if case .transpose(let order) = step.operation {
            if step.inputs[0] == input, order == [0, 3, 1, 2] { return moveInputChannels(step) }
            step.operation = Self.isReshape(order, of: source) ? .reshape : step.operation
        }
        if let before = producer(step.inputs[0]), let merged = merged(step, behind: before) {
            step = merged
            source = shape(step.inputs[0])
        }
        if case .reshape = step.operation, step.shape == source {
            return alias(step, step.inputs[0])
        }
        if let pooled = pooled(step) { return keep(pooled) }
        if let path = pathOfPixels(to: step) {
            for changed in path { replace(changed) }
            note("fully connected layers of a gate made convolutions")
            return alias(step, step.inputs[0])
        }
        if case .reshape = step.operation, step.shape.count == 2 { step.operation = .flatten }
        keep(step)
    }

    /// An image whose channels come last in the file is read with its channels first.
    private mutating func moveInputChannels(_ step: Step) {
        guard isUsedOnce(input), producers[input] == nil else { return keep(step) }
        note("transpositions to channels first left out")
        inputShape = step.shape
        alias(step, input)
    }

    /// Whether an order of dimensions keeps that of those larger than 1, and with it the order of
    /// elements.
    private static func isReshape(_ order: [Int], of shape: [Int]) -> Bool {
        let moved = order.filter { shape[$0] != 1 }
        return moved == moved.sorted()
    }

    /// Two changes of layout as one.
    private mutating func merged(_ step: Step, behind before: Step) -> Step? {
        var step = step
        switch (before.operation, step.operation) {
        case (.reshape, .reshape), (.flatten, .reshape):
            // A shuffle begins with such a reshape, so only what follows at once is one with it.
            step.inputs = before.inputs
        case (.transpose(let first), .transpose(let second)):
            let order = second.map { first[$0] }
            step.operation = order == Array(order.indices) ? .reshape : .transpose(order)
            step.inputs = before.inputs
        case (.transpose(let order), .reshape):
            guard let groups = shuffledGroups(before, order), step.shape.count == 4,
                let start = producer(before.inputs[0]), step.shape == shape(start.inputs[0])
            else { return nil }
            step.operation = .shuffleChannels(groups: groups)
            step.inputs = start.inputs
            note("channel shuffles recognised")
        default: return nil
        }
        return step
    }

    /// Into how many groups channels are dealt when the two dimensions that they were cut into change
    /// places.
    private func shuffledGroups(_ transposition: Step, _ order: [Int]) -> Int? {
        guard order == [0, 2, 1, 3, 4], let start = producer(transposition.inputs[0]),
            case .reshape = start.operation
        else { return nil }
        let (cut, whole) = (start.shape, shape(start.inputs[0]))
        guard whole.count == 4, cut[1] * cut[2] == whole[1], cut[3...] == whole[2...] else {
            return nil
        }
        return cut[1]
    }

    /// A pooling that leaves no dimensions, or single ones, where it is only laid out otherwise behind.
    private func pooled(_ step: Step) -> Step? {
        guard case .reshape = step.operation, let before = producer(step.inputs[0]),
            case .globalAverage = before.operation
        else { return nil }
        var pooled = before
        (pooled.output, pooled.shape) = (step.output, step.shape)
        if step.shape.count == 2 {
            pooled.operation = .globalAverage(keepsDimensions: false)
        } else if step.shape == [1, before.shape[1], 1, 1] {
            pooled.operation = .globalAverage(keepsDimensions: true)
        } else {
            return nil
        }
        return pooled
    }

    /// What leads from a mean to values that are laid out as single pixels, done on such pixels all the
    /// way: squeeze-and-excitation is written with fully connected layers too.
    private func pathOfPixels(to step: Step) -> [Step]? {
        guard case .reshape = step.operation, step.shape == shape(step.inputs[0]) + [1, 1] else {
            return nil
        }
        var path: [Step] = []
        var id = step.inputs[0]
        while let before = producer(id), isUsedOnce(id), let changed = before.onPixels {
            path.append(changed)
            if case .globalAverage = before.operation { return path }
            id = before.inputs[0]
        }
        return nil
    }

    /// Takes what reads an image, with the zeros that a step before puts around it.
    mutating func padOrKeep(_ step: Step) {
        guard let before = producer(step.inputs[0]), case .pad(let padding) = before.operation,
            let operation = Self.padded(step.operation, padding)
        else { return keep(step) }
        var padded = step
        (padded.operation, padded.inputs) = (operation, before.inputs)
        note("paddings made a part of what reads them")
        keep(padded)
    }

    private static func padded(
        _ operation: Step.Operation, _ padding: Padding2D
    ) -> Step.Operation? {
        switch operation {
        case .convolution(var convolution):
            convolution.window.padding += padding
            return .convolution(convolution)
        case .pooling(var pooling):
            // The mean of zeros and pixels, which a window of its own padding need not be.
            guard case .average = pooling.kind, pooling.window.padding == 0,
                !pooling.roundsUp
            else { return nil }
            pooling.window.padding = padding
            pooling.kind = .average(countsPadding: true)
            return .pooling(pooling)
        default: return nil
        }
    }
}

extension Padding2D {
    fileprivate static func += (padding: inout Self, more: Self) {
        padding.top += more.top
        padding.left += more.left
        padding.bottom += more.bottom
        padding.right += more.right
    }
}

extension Step {
    /// The same with single pixels for numbers; `nil` of what is not known for them.
    fileprivate var onPixels: Step? {
        var step = self
        step.shape += [1, 1]
        switch operation {
        case .globalAverage(keepsDimensions: false):
            step.operation = .globalAverage(keepsDimensions: true)
        case .linear(let linear):
            let weight = ONNXTensor(
                linear.weight.dimensions + [1, 1], linear.weight.elements, name: linear.weight.name)
            step.operation = .convolution(
                Convolution(
                    window: Window(kernel: [1, 1], stride: [1, 1]), groups: 1, weight: weight,
                    bias: linear.bias, name: linear.name))
        case .activation, .scaleShift: break
        default: return nil
        }
        return step
    }
}

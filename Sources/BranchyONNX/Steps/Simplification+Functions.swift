import BranchyCompute

extension Simplification {
    /// Takes a product of two values, which may be a function that is written in parts.
    mutating func multiply(_ step: Step) {
        let step = withoutExpansion(step)
        for (value, factor) in [(0, 1), (1, 0)] {
            let (value, factor) = (step.inputs[value], step.inputs[factor])
            guard let found = product(of: value, factor) else { continue }
            note("\(found.title) put together")
            var activation = step
            (activation.operation, activation.inputs) = (
                .activation(found.activation), [found.source]
            )
            guard abs(found.scale - 1) > 1e-5 else { return keep(activation) }
            activation.output = makeID()
            keep(activation)
            var scaled = step
            scaled.inputs = [activation.output]
            return scale(
                scaled, .init(weight: [found.scale], bias: [0], name: step.place))
        }
        keep(step)
    }

    /// A product whose second factor may be one number for each channel, without saying that at every
    /// pixel.
    private func withoutExpansion(_ step: Step) -> Step {
        let factors = step.inputs.map { id in
            guard let before = producer(id), case .expand = before.operation else { return (id, 0) }
            return (before.inputs[0], 1)
        }
        guard factors.map(\.1).sorted() == [0, 1] else { return step }
        var step = step
        step.inputs = factors.sorted { $0.1 < $1.1 }.map(\.0)
        return step
    }

    /// A function that a product turns out to be, up to a scale.
    private struct Found {
        var activation: Program.Operation.Activation
        var title: String
        var source: ValueID
        var scale: Float = 1
    }

    private func product(of value: ValueID, _ factor: ValueID) -> Found? {
        guard let last = producer(factor) else { return nil }
        switch last.operation {
        case .activation(.sigmoid) where last.inputs == [value]:
            return Found(activation: .silu, title: "SiLU", source: value)
        case .activation(.hardSigmoid) where last.inputs == [value]:
            return Found(activation: .hardSwish, title: "HardSwish", source: value)
        case .activation(.clip(minimum: 0, maximum: 6)):
            // x · ReLU6(x + 3) is six times it.
            guard let shift = uniform(last.inputs[0], scale: 1, shift: 3), shift == value else {
                return nil
            }
            return Found(activation: .hardSwish, title: "HardSwish", source: value, scale: 6)
        case .scaleShift: return gelu(value, factor)
        default: return nil
        }
    }

    /// x · (1 + erf(x / √2)) is twice GELU; either factor may have been scaled before.
    private func gelu(_ value: ValueID, _ factor: ValueID) -> Found? {
        guard let outer = scalar(producer(factor)), outer.scale == outer.shift, outer.scale != 0,
            let erf = producer(outer.source), case .erf = erf.operation,
            let inner = scalar(producer(erf.inputs[0])), inner.shift == 0,
            abs(inner.scale - Float(0.5).squareRoot()) < 1e-6
        else { return nil }
        var scale = 2 * outer.scale
        if value != inner.source {
            guard let before = scalar(producer(value)), before.source == inner.source,
                before.shift == 0
            else { return nil }
            scale *= before.scale
        }
        return Found(
            activation: .gelu, title: "GELU", source: inner.source, scale: scale)
    }

    /// A step that scales and shifts all numbers alike.
    private func scalar(
        _ step: Step?
    ) -> (source: ValueID, scale: Float, shift: Float)? {
        guard let step, case .scaleShift(let line) = step.operation, line.weight.count == 1 else {
            return nil
        }
        return (step.inputs[0], line.weight[0], line.bias[0])
    }

    /// What is scaled and shifted by given numbers.
    private func uniform(_ id: ValueID, scale: Float, shift: Float) -> ValueID? {
        guard let line = scalar(producer(id)), line.scale == scale, line.shift == shift else {
            return nil
        }
        return line.source
    }

    /// Takes a scale and shift: one with those before, or as the bias of what is before.
    mutating func scale(_ step: Step, _ scaleShift: Step.ScaleShift) {
        var (step, line) = (step, scaleShift)
        if let before = producer(step.inputs[0]), case .scaleShift(let first) = before.operation {
            line = first.followed(by: line)
            step.inputs = before.inputs
        }
        if let before = producer(step.inputs[0]) {
            if let biased = before.operation.adding(line, channels: before.shape[1]),
                isUsedOnce(before.output)
            {
                step.operation = biased
                step.inputs = before.inputs
                return keep(step)
            }
            // ReLU6(x + 3) / 6
            if case .activation(.clip(minimum: 0, maximum: 6)) = before.operation, line.isSixth,
                let source = uniform(before.inputs[0], scale: 1, shift: 3)
            {
                step.operation = .activation(.hardSigmoid)
                step.inputs = [source]
                note("HardSigmoid put together")
                return keep(step)
            }
        }
        guard !line.isIdentity else { return alias(step, step.inputs[0]) }
        step.operation = .scaleShift(line)
        keep(step)
    }
}

extension Step.ScaleShift {
    /// Whether it changes nothing.
    var isIdentity: Bool {
        weight.allSatisfy { abs($0 - 1) <= 1e-6 } && bias.allSatisfy { $0 == 0 }
    }

    /// Whether it divides by six.
    fileprivate var isSixth: Bool {
        weight.allSatisfy { abs($0 - 1 / 6) < 1e-6 } && bias.allSatisfy { $0 == 0 }
    }

    /// This line and then another as one.
    fileprivate func followed(by next: Self) -> Self {
        let count = max(weight.count, next.weight.count)
        func spread(_ values: [Float]) -> [Float] {
            values.count == count ? values : Array(repeating: values[0], count: count)
        }
        let (scale, shift) = (spread(next.weight), spread(next.bias))
        var result = next
        result.weight = zip(spread(weight), scale).map(*)
        result.bias = zip(zip(spread(bias), scale).map(*), shift).map(+)
        return result
    }
}

extension Step.Operation {
    /// This operation with numbers added behind it that it can take as its bias.
    fileprivate func adding(_ line: Step.ScaleShift, channels: Int) -> Step.Operation? {
        guard line.weight.allSatisfy({ $0 == 1 }), line.bias.count == channels else { return nil }
        let bias = ONNXTensor([channels], .floats(line.bias))
        switch self {
        case .linear(var linear) where linear.bias == nil:
            linear.bias = bias
            return .linear(linear)
        case .convolution(var convolution) where convolution.bias == nil:
            convolution.bias = bias
            return .convolution(convolution)
        default: return nil
        }
    }
}

/// What a softmax learns from another one: see ``Program/Operation/distillation(temperature:)``.
struct Distillation {
    let temperature: Float

    var rules: Program.Operation.Rules {
        .init("distillation") { check throws(ShapeError) in
            _ = try logits(check)
            return [ValueType([], isBatched: false)]
        }
    }

    var gradientRules: Program.Operation.Rules {
        .init("distillation gradient") { check throws(ShapeError) in
            [ValueType(try logits(check))]
        }
    }

    private func logits(_ check: OperandCheck) throws(ShapeError) -> Shape {
        try check.require(3...3, "logits, a teacher's probabilities and weights")
        try check.that(temperature > 0 && temperature.isFinite, "a temperature above 0")
        let logits = try check.batched(0, rank: 1)
        try check.that(check.operands[0] == ValueType(logits), "logits of 32 bits")
        try check.that(
            check.operands[1] == check.operands[0], "as many probabilities as logits")
        try check.that(check.operands[2] == ValueType([]), "one weight per sample")
        return logits
    }
}

/// The cross-entropy of a softmax: see ``Program/Operation/softmaxCrossEntropy(labelSmoothing:)``.
struct CrossEntropy {
    let labelSmoothing: Float

    var rules: Program.Operation.Rules {
        .init("softmax cross-entropy") { check throws(ShapeError) in
            _ = try logits(check)
            return [ValueType([], isBatched: false)]
        }
    }

    var gradientRules: Program.Operation.Rules {
        .init("softmax cross-entropy gradient") { check throws(ShapeError) in
            [ValueType(try logits(check))]
        }
    }

    /// The shape of the logits, whose operands loss and derivative share.
    private func logits(_ check: OperandCheck) throws(ShapeError) -> Shape {
        try check.require(3...3, "logits, targets and weights")
        try check.that(0..<1 ~= labelSmoothing, "label smoothing of 0 to below 1")
        let logits = try check.batched(0, rank: 1)
        try check.that(check.operands[0].element == .float32, "logits of 32 bits")
        try check.that(
            check.operands[1] == ValueType([], element: .int32), "one int32 target per sample")
        try check.that(check.operands[2] == ValueType([]), "one weight per sample")
        return logits
    }
}

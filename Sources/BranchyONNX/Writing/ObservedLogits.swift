#if ONNX
import BranchyNet

/// What a graph has computed of an exit's logits, `[1, K]`: the values of `ExitObservation`, in its order.
struct ObservedLogits {
    /// As the network gives them.
    fileprivate let logits: String
    /// Less the largest of them, divided by the exit's temperature.
    fileprivate let differences: String
    /// The exponentials of these, and their sum.
    fileprivate let exponentials: String
    fileprivate let sum: String
    /// 0, or NaN where a logit is not finite: added to a measure, it makes that one NaN too.
    fileprivate let doubt: String
}

extension GraphBuilder {
    /// Begins to look at logits.
    mutating func observe(_ logits: String, temperature: Float) -> ObservedLogits {
        let largest = append(
            "ReduceMax", [logits], [.integers("axes", [1]), .integer("keepdims", 1)])
        let difference = append("Sub", [logits, largest])
        let differences =
            temperature == 1
            ? difference : append("Div", [difference, constant([temperature], [])])
        let exponentials = append("Exp", [differences])
        return ObservedLogits(
            logits: logits, differences: differences, exponentials: exponentials,
            sum: total(exponentials), doubt: total(append("Sub", [logits, logits])))
    }

    /// The largest probability, `1 / Σe`.
    mutating func maximumProbability(_ observed: ObservedLogits) -> String {
        append("Add", [append("Reciprocal", [observed.sum]), observed.doubt])
    }

    /// A score, as `ExitScore` has it.
    ///
    /// - Throws: ``ONNXError`` of scores that are fitted.
    mutating func value(
        of score: ExitScore, _ observed: ObservedLogits, classCount: Int
    ) throws(ONNXError) -> String {
        switch score {
        case .entropy: return entropy(observed, classCount: classCount).value
        case .normalizedEntropy:
            let (entropy, largest) = entropy(observed, classCount: classCount)
            return append("Div", [entropy, largest])
        case .maximumProbability: return maximumProbability(observed)
        case .margin: return margin(observed)
        case .ensemble, .failure:
            throw .unsupported(
                "decisions by the \(score.title) in a graph; expected a score that is not fitted, as "
                    + "`branchynet calibrate --score margin` chooses, or the forms stages and all-exits"
            )
        }
    }

    /// The class of the largest logit as a number, or NaN, which equals no answer.
    mutating func answer(_ observed: ObservedLogits) -> String {
        let index = append(
            "ArgMax", [observed.logits], [.integer("axis", 1), .integer("keepdims", 0)])
        return append("Add", [append("Cast", [index], [.integer("to", 1)]), observed.doubt])
    }

    /// `log Σe − Σe·d / Σe`, which rounding may leave out of its range, and its largest value.
    private mutating func entropy(
        _ observed: ObservedLogits, classCount: Int
    ) -> (value: String, largest: String) {
        let weighted = total(append("Mul", [observed.exponentials, observed.differences]))
        let difference = append(
            "Sub",
            [append("Log", [observed.sum]), append("Div", [weighted, observed.sum])])
        let largest = append("Log", [constant([Float(classCount)], [])])
        let bounded = append("Clip", [difference, constant([0], []), largest])
        return (append("Add", [bounded, observed.doubt]), largest)
    }

    /// `(1 − e₂) / Σe`, of the second largest exponential.
    private mutating func margin(_ observed: ObservedLogits) -> String {
        let two = append(
            "TopK", [observed.exponentials, constant([2])], [.integer("axis", 1)], resultCount: 2)
        let second = append(
            "Gather", [two[0], constant([1])], [.integer("axis", 1)])
        let gap = append("Sub", [constant([1], []), total(second)])
        return append("Add", [append("Div", [gap, observed.sum]), observed.doubt])
    }

    private mutating func total(_ name: String) -> String {
        append("ReduceSum", [name, constant([1])], [.integer("keepdims", 0)])
    }
}
#endif

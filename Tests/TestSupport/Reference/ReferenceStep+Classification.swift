import Compute
import RealModule

extension ReferenceStep {
    func measureCrossEntropy() {
        let loss = rows.reduce(0) { $0 + $1.weight * ($1.logSum - $1.logits[$1.target]) }
        results[0].store([loss])
    }

    func differentiateCrossEntropy() {
        let derivatives = rows.flatMap { row in
            row.logits.indices.map { index in
                let probability = Double.exp(row.logits[index] - row.logSum)
                return row.weight * (probability - (index == row.target ? 1 : 0))
            }
        }
        results[0].store(derivatives)
    }

    private var rows: [Row] {
        let (logits, targets, weights) = (operands[0], operands[1].integers, operands[2].floats)
        let classes = logits.shape[1]
        return weights.indices.map { sample in
            let numbers = logits.floats[sample * classes..<(sample + 1) * classes]
            return Row(
                logits: numbers.map(Double.init), target: Int(targets[sample]),
                weight: Double(weights[sample]))
        }
    }
}

/// What the cross-entropy of one sample is made of.
private struct Row {
    let logits: [Double]
    let target: Int
    let weight: Double
    /// `log Σ exp(logit)`, with the largest logit taken out so that nothing overflows.
    let logSum: Double

    init(logits: [Double], target: Int, weight: Double) {
        (self.logits, self.target, self.weight) = (logits, target, weight)
        let largest = logits.max() ?? 0
        logSum = largest + .log(logits.reduce(0) { $0 + .exp($1 - largest) })
    }
}

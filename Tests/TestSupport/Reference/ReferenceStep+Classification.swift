import BranchyCompute
import RealModule

extension ReferenceStep {
    func measureCrossEntropy(_ smoothing: Double) {
        let loss = rows.reduce(0) { sum, row in
            let losses = row.logits.map { row.logSum - $0 }
            let mean = losses.reduce(0, +) / Double(losses.count)
            return sum + row.weight * ((1 - smoothing) * losses[row.target] + smoothing * mean)
        }
        results[0].store([loss])
    }

    func differentiateCrossEntropy(_ smoothing: Double) {
        let derivatives = rows.flatMap { row in
            row.logits.indices.map { index in
                let probability = Double.exp(row.logits[index] - row.logSum)
                let expected =
                    (index == row.target ? 1 - smoothing : 0) + smoothing / Double(row.logits.count)
                return row.weight * (probability - expected)
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

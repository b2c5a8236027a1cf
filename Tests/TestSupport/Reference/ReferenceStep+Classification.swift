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

    func measureDistillation(_ temperature: Double) {
        let loss = taughtRows(temperature).reduce(0) { sum, row in
            let losses = zip(row.teacher, row.own.logits).map { $0 * (row.own.logSum - $1) }
            // Probabilities may add up to nearly 1 only.
            let rest = (1 - row.teacher.reduce(0, +)) * row.own.logSum
            return sum + row.own.weight * (losses.reduce(0, +) + rest)
        }
        results[0].store([temperature * temperature * loss])
    }

    func differentiateDistillation(_ temperature: Double) {
        results[0].store(
            taughtRows(temperature).flatMap { row in
                zip(row.own.logits, row.teacher).map { logit, expected in
                    temperature * row.own.weight * (.exp(logit - row.own.logSum) - expected)
                }
            })
    }

    /// Logits by a temperature, and what a teacher says.
    private func taughtRows(_ temperature: Double) -> [(own: Row, teacher: [Double])] {
        let (logits, teacher, weights) = (operands[0], operands[1].floats, operands[2].floats)
        let classes = logits.shape[1]
        return weights.indices.map { sample in
            let range = sample * classes..<(sample + 1) * classes
            let row = Row(
                logits: logits.floats[range].map { Double($0) / temperature }, target: 0,
                weight: Double(weights[sample]))
            return (row, teacher[range].map(Double.init))
        }
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

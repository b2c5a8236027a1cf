#if OneDNN
import Glibc

/// The loss or its derivative, of logits, targets and weights, in that order; the result is last.
struct CrossEntropyKernel: HostKernel {
    enum Computed {
        case loss
        case gradient
    }

    let computed: Computed
    let labelSmoothing: Double
    let batchSize: Int
    let classes: Int

    var name: String { "sums of 64 bits" }

    func run(_ memory: [UnsafeMutableRawPointer]) {
        let crossEntropy = CrossEntropy(
            logits: UnsafePointer(memory[0].assumingMemoryBound(to: Float.self)),
            targets: UnsafePointer(memory[1].assumingMemoryBound(to: Int32.self)),
            weights: UnsafePointer(memory[2].assumingMemoryBound(to: Float.self)),
            labelSmoothing: labelSmoothing, batchSize: batchSize, classes: classes)
        let result = memory[3].assumingMemoryBound(to: Float.self)
        switch computed {
        case .loss: result.pointee = crossEntropy.loss()
        case .gradient: crossEntropy.writeGradient(to: result)
        }
    }
}

/// The loss, which the library does not have: rows of logits against class numbers.
///
/// A batch has a few thousand logits where its convolutions have billions of operations, so this is
/// written to be right: the largest logit is subtracted first, and sums are in double precision.
struct CrossEntropy {
    let logits: UnsafePointer<Float>
    let targets: UnsafePointer<Int32>
    let weights: UnsafePointer<Float>
    /// The share of the target that all classes get alike, 0 ..< 1.
    let labelSmoothing: Double
    let batchSize: Int
    let classes: Int

    /// `Σₙ weightₙ · (log Σₖ exp(logitₙₖ) − (1 − ε) · logitₙ,targetₙ − ε/K · Σₖ logitₙₖ)`
    func loss() -> Float {
        var total = 0.0
        for row in 0..<batchSize where weights[row] != 0 {
            let start = logits + row * classes
            let (maximum, sum) = normalizer(start)
            // Differences to the largest logit, so that nothing large is left to cancel.
            var expected = (1 - labelSmoothing) * (Double(start[target(row)]) - maximum)
            if labelSmoothing > 0 {
                let share = labelSmoothing / Double(classes)
                for index in 0..<classes { expected += share * (Double(start[index]) - maximum) }
            }
            total += Double(weights[row]) * (log(sum) - expected)
        }
        return Float(total)
    }

    /// `weightₙ · (softmax(logitsₙ) − (1 − ε) · onehot(targetₙ) − ε/K)`
    func writeGradient(to gradient: UnsafeMutablePointer<Float>) {
        let share = labelSmoothing / Double(classes)
        for row in 0..<batchSize {
            let start = logits + row * classes
            let weight = Double(weights[row])
            let (maximum, sum) = normalizer(start)
            for index in 0..<classes {
                let probability = exp(Double(start[index]) - maximum) / sum
                let expected = (index == target(row) ? 1 - labelSmoothing : 0) + share
                gradient[row * classes + index] =
                    weight == 0 ? 0 : Float(weight * (probability - expected))
            }
        }
    }

    /// The largest logit of a row, and the sum of `exp(logit − largest)`.
    private func normalizer(_ row: UnsafePointer<Float>) -> (maximum: Double, sum: Double) {
        var maximum = -Double.infinity
        for index in 0..<classes { maximum = max(maximum, Double(row[index])) }
        var sum = 0.0
        for index in 0..<classes { sum += exp(Double(row[index]) - maximum) }
        return (maximum, sum)
    }

    /// A row's class; one that is out of range, which is the caller's mistake, reads as the last.
    private func target(_ row: Int) -> Int { min(max(Int(targets[row]), 0), classes - 1) }
}
#endif

#if OneDNN
import Glibc

/// The loss of logits against a teacher's probabilities, or its derivative: of logits, probabilities and
/// weights, in that order; the result is last. Sums are in double precision, as of ``CrossEntropy``.
struct DistillationKernel: HostKernel {
    let computed: CrossEntropyKernel.Computed
    let temperature: Double
    let batchSize: Int
    let classes: Int

    var name: String { "sums of 64 bits" }

    func run(_ memory: [UnsafeMutableRawPointer]) {
        let numbers = memory.map { $0.assumingMemoryBound(to: Float.self) }
        var total = 0.0
        for row in 0..<batchSize {
            let start = row * classes
            let weight = Double(numbers[2][row])
            switch computed {
            case .loss where weight != 0:
                total += weight * loss(numbers[0] + start, numbers[1] + start)
            case .loss: break
            case .gradient:
                writeGradient(
                    numbers[0] + start, numbers[1] + start, weight, to: numbers[3] + start)
            }
        }
        if computed == .loss { numbers[3].pointee = Float(total) }
    }

    /// `T² · (log Σₖ exp(logitₖ / T) − Σₖ probabilityₖ · logitₖ / T)`, of differences to the largest
    /// logit, so that nothing large is left to cancel.
    private func loss(_ logits: UnsafePointer<Float>, _ teacher: UnsafePointer<Float>) -> Double {
        let (maximum, sum) = normalizer(logits)
        var (expected, mass) = (0.0, 0.0)
        for index in 0..<classes {
            expected += Double(teacher[index]) * (Double(logits[index]) - maximum) / temperature
            mass += Double(teacher[index])
        }
        // Probabilities that were rounded add up to nearly 1.
        let offset = (1 - mass) * maximum / temperature
        return temperature * temperature * (log(sum) - expected + offset)
    }

    /// `T · weight · (softmax(logits / T) − probabilities)`
    private func writeGradient(
        _ logits: UnsafePointer<Float>, _ teacher: UnsafePointer<Float>, _ weight: Double,
        to gradient: UnsafeMutablePointer<Float>
    ) {
        let (maximum, sum) = normalizer(logits)
        for index in 0..<classes {
            let probability = exp((Double(logits[index]) - maximum) / temperature) / sum
            let difference = probability - Double(teacher[index])
            gradient[index] = weight == 0 ? 0 : Float(temperature * weight * difference)
        }
    }

    /// The largest logit, and the sum of `exp((logit − largest) / T)`.
    private func normalizer(_ logits: UnsafePointer<Float>) -> (maximum: Double, sum: Double) {
        var maximum = -Double.infinity
        for index in 0..<classes { maximum = max(maximum, Double(logits[index])) }
        var sum = 0.0
        for index in 0..<classes { sum += exp((Double(logits[index]) - maximum) / temperature) }
        return (maximum, sum)
    }
}
#endif

/// A class and how probable an exit finds it.
package struct ClassProbability: Hashable, Sendable {
    /// The class, counted from 0.
    package let index: Int
    /// 0 ... 1.
    package let probability: Float

    /// Describes a class.
    package init(index: Int, probability: Float) {
        self.index = index
        self.probability = probability
    }
}

/// Ranks classes by their logits, in memory that is used again.
package struct ClassRanking {
    private let count: Int
    private var keys: [Float] = []
    private var order: [Int] = []

    /// - Parameter count: how many of the most probable classes are told.
    package init(count: Int) {
        self.count = count
    }

    /// Replaces `top` by the most probable classes, the first of equals first.
    ///
    /// - Parameter observation: of these logits; its softmax is what gives probabilities.
    package mutating func rank(
        _ logits: Span<Float>, seenBy observation: ExitObservation,
        into top: inout [ClassProbability]
    ) {
        order.removeAll(keepingCapacity: true)
        if count == 1, observation.isFinite {
            order.append(observation.predictedClass)
        } else {
            keys.removeAll(keepingCapacity: true)
            // NaN is neither above nor below anything, which no order can be made of.
            for index in logits.indices {
                keys.append(logits[index].isNaN ? -.infinity : logits[index])
            }
            order.append(contentsOf: keys.indices)
            order.sort { (keys[$1], $0) < (keys[$0], $1) }
        }
        let largest = logits[observation.predictedClass]
        top.removeAll(keepingCapacity: true)
        for index in order.prefix(count) {
            let probability = observation.probability(
                ofLogit: logits[index], largestLogit: largest)
            top.append(ClassProbability(index: index, probability: probability))
        }
    }
}

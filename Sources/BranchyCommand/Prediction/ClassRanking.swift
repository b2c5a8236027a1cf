import BranchyCompute
import Foundation

/// A class and how probable an exit finds it.
package struct ClassProbability: Hashable, Sendable {
    package let index: Int
    package let probability: Double

    package init(index: Int, probability: Double) {
        self.index = index
        self.probability = probability
    }
}

/// Ranks classes by their logits, in memory that is used again.
package struct ClassRanking {
    private let count: Int
    private var scores: [Double] = []
    private var order: [Int] = []

    /// - Parameter count: how many of the most probable classes are told.
    package init(count: Int) {
        self.count = count
    }

    /// Replaces `top` by the most probable classes, the first of equals first.
    package mutating func rank(_ logits: Span<Float>, into top: inout [ClassProbability]) {
        scores.removeAll(keepingCapacity: true)
        for index in logits.indices { scores.append(Double(logits[index])) }
        order.removeAll(keepingCapacity: true)
        order.append(contentsOf: scores.indices)
        let maximum = scores.max() ?? 0
        if count == 1, let first = scores.firstIndex(of: maximum), scores.allSatisfy(\.isFinite) {
            order[0] = first
        } else {
            // NaN is neither above nor below anything, which no order can be made of.
            let keys = scores.map { $0.isNaN ? -.infinity : $0 }
            order.sort { (keys[$1], $0) < (keys[$0], $1) }
        }
        for index in scores.indices { scores[index] = exp(scores[index] - maximum) }
        let sum = scores.reduce(0, +)
        top.removeAll(keepingCapacity: true)
        for index in order.prefix(count) {
            top.append(ClassProbability(index: index, probability: scores[index] / sum))
        }
    }
}

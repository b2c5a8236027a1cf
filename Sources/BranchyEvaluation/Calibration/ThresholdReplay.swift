import BranchyData
import BranchyNet

/// Scores and answers of a record, laid out for replaying many threshold vectors quickly.
struct ThresholdReplay {
    private let score: ExitScore
    private let exitCount: Int
    private let sampleCount: Int
    /// `[samples, exits]` row-major.
    private let scores: [Float]
    private let isCorrect: [Bool]

    init(_ record: ExitRecord<CalibrationSplit>, score: ExitScore) {
        self.score = score
        exitCount = record.exitCount
        sampleCount = record.count
        scores = (0..<record.count).flatMap { record[$0].map(score.value(of:)) }
        isCorrect = (0..<record.count).flatMap { sample in
            record[sample].map { $0.predictedClass == record.labels[sample] }
        }
    }

    /// How many samples left at each exit, and how many right answers that gave in all.
    func counts(_ thresholds: [Float]) -> (exited: [Int], correct: Int) {
        var exited = [Int](repeating: 0, count: exitCount)
        var correct = 0
        for sample in 0..<sampleCount {
            let start = sample * exitCount
            var exit = 0
            while exit < exitCount - 1,
                !score.accepts(scores[start + exit], threshold: thresholds[exit])
            {
                exit += 1
            }
            exited[exit] += 1
            if isCorrect[start + exit] { correct += 1 }
        }
        return (exited, correct)
    }

    /// Threshold vectors to try, the most cautious first.
    func candidates(limit: Int) -> [[Float]] {
        var limitPerExit = limit
        if exitCount > 2 {
            limitPerExit = 2
            while power(limitPerExit + 1, exitCount - 1) <= limit { limitPerExit += 1 }
        }
        var vectors: [[Float]] = [[]]
        for exit in 0..<exitCount - 1 {
            let thresholds = candidates(forExit: exit, limit: limitPerExit)
            vectors = vectors.flatMap { vector in thresholds.map { vector + [$0] } }
        }
        return vectors
    }

    /// Midway between neighbouring scores, with the two ends; an even choice where there are many.
    private func candidates(forExit exit: Int, limit: Int) -> [Float] {
        let observed = stride(from: exit, to: scores.count, by: exitCount).map { scores[$0] }
        let distinct = Set(observed.filter(\.isFinite)).sorted()
        // Between neighbouring floats there is no midpoint; the upper one still tells them apart.
        let midpoints = zip(distinct, distinct.dropFirst()).map {
            max($0 + ($1 - $0) / 2, $0.nextUp)
        }
        var thresholds = [0] + midpoints + [Float.infinity]
        if score.acceptsAbove { thresholds = [.infinity] + midpoints.reversed() + [0] }
        guard thresholds.count > limit else { return thresholds }
        return (0..<limit).map { thresholds[$0 * (thresholds.count - 1) / (limit - 1)] }
    }

    private func power(_ base: Int, _ exponent: Int) -> Int {
        (0..<exponent).reduce(1) { product, _ in product * base }
    }
}

import BranchyData
import BranchyNet

/// Says what a threshold vector did on a record.
struct PointScorer: Sendable {
    let record: ExitRecord<CalibrationSplit>
    let score: ExitScore
    let costOfExit: [Double]
    private let isCorrect: [[Bool]]

    init(record: ExitRecord<CalibrationSplit>, score: ExitScore, costOfExit: [Double]) {
        (self.record, self.score, self.costOfExit) = (record, score, costOfExit)
        isCorrect = record.isCorrect
    }

    func point(_ vector: [Int32], on grid: ThresholdGrid) -> OperatingPoint {
        grid.point(vector, isCorrect: isCorrect, costOfExit: costOfExit)
    }
}

extension ThresholdGrid {
    /// What a threshold vector does.
    ///
    /// - Parameter isCorrect: by exit and sample.
    func point(
        _ vector: [Int32], isCorrect: [[Bool]], costOfExit: [Double]
    ) -> OperatingPoint {
        var exited = [Int](repeating: 0, count: costOfExit.count)
        var correct = 0
        for sample in 0..<sampleCount {
            let exit = exit(of: sample, under: vector)
            exited[exit] += 1
            if isCorrect[exit][sample] { correct += 1 }
        }
        let samples = Double(sampleCount)
        return OperatingPoint(
            thresholds: zip(thresholds, vector).map { $0[Int($1)] },
            accuracy: Double(correct) / samples, exitRates: exited.map { Double($0) / samples },
            cost: zip(exited, costOfExit).reduce(0) { $0 + Double($1.0) * $1.1 } / samples)
    }
}

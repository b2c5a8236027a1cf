import BranchyData
import BranchyNet

/// Says what a threshold vector did on a record.
struct PointScorer: Sendable {
    let record: ExitRecord<CalibrationSplit>
    let score: ExitScore
    let costOfExit: [Double]

    func point(_ vector: [Int32], on grid: ThresholdGrid) -> OperatingPoint {
        var exited = [Int](repeating: 0, count: record.exitCount)
        var correct = 0
        for sample in 0..<record.count {
            let exit = grid.exit(of: sample, under: vector)
            exited[exit] += 1
            if record[sample, exit].predictedClass == record.labels[sample] { correct += 1 }
        }
        let samples = Double(record.count)
        return OperatingPoint(
            thresholds: zip(grid.thresholds, vector).map { $0[Int($1)] },
            accuracy: Double(correct) / samples, exitRates: exited.map { Double($0) / samples },
            cost: zip(exited, costOfExit).reduce(0) { $0 + Double($1.0) * $1.1 } / samples)
    }
}

import BranchyData
import BranchyEvaluation
import BranchyNet
import Foundation

/// What each threshold does, one early exit open at a time.
struct ThresholdStudy: StudyFindings {
    /// One threshold of one exit.
    struct Row {
        /// The exit that is open, counted from 0.
        let exit: Int
        let threshold: Float
        /// Share of the images that leave there.
        let exitRate: Double
        /// Right answers among these; `nil` where nobody leaves there.
        let exitedAccuracy: Double?
        /// Right answers among all images, the others answered at the last exit.
        let accuracy: Double
        /// Mean per image, every branch on the way included.
        let multiplyAccumulates: Double
    }

    let network: String
    let dataset: String
    let samples: Int
    let score: ExitScore
    let engine: String
    let precision: String
    let rows: [Row]

    /// Replays thresholds on a record.
    ///
    /// - Throws: `CalibrationError` where there is no early exit or no image.
    init(
        _ record: ExitRecord<CalibrationSplit>, _ network: BranchedNetwork, score: ExitScore,
        engine: String, precision: String
    ) throws {
        guard network.exitCount > 1 else {
            throw CalibrationError(
                .noChoice, "the network has one exit only: there is no threshold to study")
        }
        guard record.count > 0 else {
            throw CalibrationError(
                .tooFewSamples, "there are no calibration images of \(record.dataset)")
        }
        let costs = try ExitCosts(of: network).multiplyAccumulates.map(Double.init)
        let thresholds = Self.thresholds(of: score, classCount: network.classCount)
        self.network = network.name
        (dataset, samples) = (record.dataset, record.count)
        (self.score, self.engine, self.precision) = (score, engine, precision)
        rows = (0..<network.exitCount - 1).flatMap { exit in
            thresholds.map { threshold in
                var vector = [Float](repeating: thresholds[0], count: network.exitCount - 1)
                vector[exit] = threshold
                let counts = record.replay(ThresholdPolicy(score: score, thresholds: vector))
                return Row(
                    exit: exit, threshold: threshold, exitRate: counts.exitRates[exit],
                    exitedAccuracy: counts.exitedAccuracy[exit], accuracy: counts.accuracy ?? 0,
                    multiplyAccumulates: counts.meanCost(costs) ?? 0)
            }
        }
    }

    /// From the one that lets nobody leave to the one that lets everybody: 1, 2, 5 times powers of
    /// ten from what a sure answer scores, beginning with the smallest threshold of the paper.
    private static func thresholds(of score: ExitScore, classCount: Int) -> [Float] {
        let largest = score == .entropy ? log(Double(classCount)) : 1
        let distances = (-4...0).flatMap { power in
            [1, 2, 5].map { $0 * pow(10, Double(power)) }
        }.filter { $0 < largest }
        return score.acceptsAbove
            ? [.infinity] + distances.map { Float(1 - $0) } + [0]
            : [0] + distances.map { Float($0) } + [.infinity]
    }
}

// MARK: - For machines

extension ThresholdStudy.Row: Encodable {
    private enum Key: CodingKey {
        case exit, threshold, exitRate, exitedAccuracy, accuracy, multiplyAccumulates
    }

    /// Where nobody leaves there is a null, so that every key is always there.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(exit, forKey: .exit)
        try container.encode(threshold, forKey: .threshold)
        try container.encode(exitRate, forKey: .exitRate)
        try container.encode(exitedAccuracy, forKey: .exitedAccuracy)
        try container.encode(accuracy, forKey: .accuracy)
        try container.encode(multiplyAccumulates, forKey: .multiplyAccumulates)
    }
}

extension ThresholdStudy {
    static let csvKind = CSVTable.Kind(
        name: "thresholds",
        columns: [
            "exit", "threshold", "exitRate", "exitedAccuracy", "accuracy", "multiplyAccumulates",
        ])

    var csv: CSVTable {
        CSVTable(
            Self.csvKind,
            rows: rows.map {
                [
                    "\($0.exit)", "\($0.threshold)", "\($0.exitRate)",
                    CSVTable.field($0.exitedAccuracy), "\($0.accuracy)",
                    "\($0.multiplyAccumulates)",
                ]
            })
    }
}

// MARK: - For people

extension ThresholdStudy {
    var table: String {
        var table = Table([.left, .right, .right, .right, .right, .right])
        table.add([
            "exit", score.title, "leave there", "right of these", "accuracy",
            "multiply-accumulates",
        ])
        for row in rows {
            table.add([
                "exit \(row.exit + 1)", "\(row.threshold)", Format.percent(row.exitRate),
                Format.percent(row.exitedAccuracy), Format.percent(row.accuracy),
                Format.fixed(row.multiplyAccumulates, digits: 0),
            ])
        }
        return """
            \(network), \(Format.grouped(samples)) calibration images of \(dataset), one early \
            exit open at a time, \(engine) engine, \(precision)

            \(table.text)
            Threshold by threshold these figures are of images that trained nothing; whoever picks \
            the best of them looks at flattered ones.

            """
    }
}

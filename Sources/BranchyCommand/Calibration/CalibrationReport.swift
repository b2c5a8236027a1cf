import BranchyEvaluation
import BranchyNet
import BranchyWorkflow

/// What `calibrate` prints for people.
struct CalibrationReport {
    private static let rowLimit = 12

    private let record: CalibrationRecord
    private let network: BranchedNetwork
    private let temperatures: ExitTemperatures?
    private let choices: [ScoreCalibrator.Choice]

    init(_ result: CalibrationResult) {
        (record, network, choices) = (result.record, result.network, result.choices)
        temperatures = result.temperatures
    }

    /// The choice among its front, and where several scores were tried, what each of them offers.
    var text: String {
        choice + "\n" + (choices.count > 1 ? ScoreComparison(choices).text : "")
    }

    private var choice: String {
        var table = Table([.left, .right, .right, .right, .left])
        table.add(["thresholds", "accuracy", "leave early", "mean time", ""])
        for point in rows {
            table.add([
                point == record.chosen ? chosen : Self.text(point.thresholds),
                Format.percent(point.accuracy), Format.percent(point.earlyExitRate),
                Format.fixed(point.cost, digits: 1) + " µs",
                point == record.chosen ? "◀ chosen" : "",
            ])
        }
        let times = zip(network.exitNames, record.microsecondsToExit).map {
            "\($0) \(Format.fixed($1, digits: 1)) µs"
        }
        return """
            \(network.name), \(Format.grouped(record.samples)) calibration images of \
            \(record.dataset), objective: \(record.objective), \(subject)
            time to leave\(record.costFile.map { " (of \($0))" } ?? ""): \
            \(times.joined(separator: ", "))\(temperatures.map { "\ntemperatures: \($0)" } ?? "")

            \(table.text)
            These figures are in-sample: what decides was chosen by the same images. Run \
            `branchynet evaluate` for figures on images that chose nothing.
            """
    }

    private var subject: String {
        record.patience.map { "patience \($0); beside it thresholds of \(record.score.title)" }
            ?? "thresholds of \(record.score.title)"
    }

    private var chosen: String {
        record.patience.map { "patience \($0)" } ?? Self.text(record.chosen.thresholds)
    }

    private static func text(_ thresholds: [Float]) -> String {
        thresholds.map { "\($0)" }.joined(separator: ", ")
    }

    /// The front, thinned evenly, with the chosen point among it.
    private var rows: [OperatingPoint] {
        let front = record.front
        guard front.count > Self.rowLimit else { return including(record.chosen, in: front) }
        let thinned = (0..<Self.rowLimit).map {
            front[$0 * (front.count - 1) / (Self.rowLimit - 1)]
        }
        return including(record.chosen, in: thinned)
    }

    private func including(
        _ point: OperatingPoint, in points: [OperatingPoint]
    ) -> [OperatingPoint] {
        guard !points.contains(point) else { return points }
        return (points + [point]).sorted { $0.cost < $1.cost }
    }
}

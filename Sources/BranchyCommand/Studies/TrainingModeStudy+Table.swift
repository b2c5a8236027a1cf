import BranchyEvaluation
import BranchyNet
import BranchyWorkflow

extension TrainingModeStudy {
    var table: String {
        var table = Table([.left] + exitNames.map { _ in .right } + [.right, .left])
        table.add(["mode"] + exitNames + ["last - plain", "p, by seed"])
        for mode in [nil] + TrainingMode.allCases.map(Optional.some) {
            let rows = rows.filter { $0.mode == mode }
            guard let first = rows.first else { continue }
            let exits = first.validationAccuracy.indices.map { exit in
                Format.percent(Sample(rows.map { $0.validationAccuracy[exit] }).mean)
            }
            let missing = [String](repeating: "-", count: exitNames.count - exits.count)
            let differences = Sample(rows.compactMap { $0.besidePlain?.difference?.estimate })
            let values = rows.compactMap { $0.besidePlain?.pValue }
            table.add(
                [mode?.rawValue ?? "plain"] + missing + exits + [
                    differences.points,
                    values.map { Format.fixed($0, digits: 3) }.joined(separator: ", "),
                ])
        }
        return "\(document.network), \(models.origin)\n\n\(table.text)\n\(caution)\n"
    }

    private var caution: String {
        let count = Set(rows.map(\.seed)).count
        let origin =
            count > 1
            ? "Means over \(count) seeds, and of differences their standard error over these. "
            : "Each was trained once, from one seed. "
        return origin
            + "p: how probable such a difference were of networks that are right equally often, by "
            + "McNemar's exact test on the same validation images. The plain network was trained as "
            + "long by the same recipe. Test images were not read."
    }
}

/// Numbers of some seeds.
private struct Sample {
    private let numbers: [Double]

    init(_ numbers: [Double]) { self.numbers = numbers }

    /// `nil` of none.
    var mean: Double? {
        numbers.isEmpty ? nil : numbers.reduce(0, +) / Double(numbers.count)
    }

    /// `nil` of fewer than two.
    private var standardError: Double? {
        guard let mean, numbers.count > 1 else { return nil }
        let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double((numbers.count - 1) * numbers.count)).squareRoot()
    }

    /// In points, such as `+0.12 ± 0.05`.
    var points: String {
        let error = standardError.map { " ± " + Format.fixed($0 * 100, digits: 2) }
        return Format.points(mean) + (error ?? "")
    }
}

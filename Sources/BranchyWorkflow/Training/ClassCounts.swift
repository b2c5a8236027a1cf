import BranchyData
import BranchyTraining

/// How many images of each class a training learns from.
struct ClassCounts {
    private let names: [String]
    private let counts: [Int]
    /// What an image of each class counts; `nil` where all count alike.
    private let weights: [Float]?

    /// More classes than this are summed up where people read.
    private static let mostListed = 20

    init(of split: TrainingSplit, _ weighting: ClassWeighting) {
        names = split.classNames.map { $0.replacing("\n", with: " ") }
        counts = split.classCounts
        weights = weighting == .none ? nil : weighting.weights(ofClasses: counts)
    }

    /// What `train --json` says of them.
    var documents: [TrainingSummary.ClassCount] {
        zip(names, counts).enumerated().map {
            TrainingSummary.ClassCount(class: $0, className: $1.0, samples: $1.1)
        }
    }

    /// A row for each class, or of very many what tells whether they are balanced.
    var text: String {
        let title = "\(Format.grouped(counts.reduce(0, +))) training images"
        guard counts.count <= Self.mostListed else { return "\(title); \(folded)" }
        let numbers = counts.map { Format.grouped($0) }
        let widths = (
            names.map(\.count).max() ?? 0, numbers.map(\.count).max() ?? 0
        )
        let rows = names.indices.map { label in
            "\n  " + names[label].padded(to: widths.0)
                + String(repeating: " ", count: 2 + widths.1 - numbers[label].count)
                + numbers[label] + weight(of: label)
        }
        return title + ", by class:" + rows.joined()
    }

    private func weight(of label: Int) -> String {
        guard let weights, counts[label] > 0 else { return "" }
        return "  each weighs " + Format.fixed(Double(weights[label]), digits: 3)
    }

    private var folded: String {
        let order = counts.indices.sorted { (counts[$0], $0) < (counts[$1], $1) }
        let names = [("smallest", order[0]), ("largest", order[order.count - 1])].map {
            "\($0) \(self.names[$1]) with \(Format.grouped(counts[$1]))" + weight(of: $1)
        }
        let median = Format.grouped(counts[order[order.count / 2]])
        return "of \(Format.grouped(counts.count)) classes the \(names[0]), the \(names[1]), the "
            + "median has \(median)"
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(0, width - count))
    }
}

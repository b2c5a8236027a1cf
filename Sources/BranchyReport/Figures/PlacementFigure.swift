import BranchyEvaluation
import BranchyNet
package import BranchyWorkflow

/// Accuracy against time of what a search for exits tried.
package struct PlacementFigure {
    private let problem: PlacementProblem
    private let search: PlacementSearch
    private let network: String

    package init(_ placed: PlacedExits) {
        search = placed.search
        problem = placed.search.problem
        network = placed.summary.network
    }

    /// Every exit by itself, over depth; the thresholds worth having with those that were chosen; and
    /// where the network stands without exits.
    package var plot: Plot {
        let marks = exits + [front, plain, chosen].compactMap(\.self)
        let points = marks.flatMap(\.points)
        return Plot(
            name: "placement", title: "Where exits of \(network) pay", description: description,
            x: Axis("mean time (ms)", showing: points.map(\.x), within: 0 ... .infinity),
            y: Axis("accuracy (%)", showing: points.map(\.y), within: 0...100), marks: marks)
    }

    /// A mark for each kind of head.
    private var exits: [Mark] {
        BranchHead.allCases.enumerated().compactMap { index, head in
            let points = problem.options.filter { $0.placement.head == head }.map {
                point(
                    $0.seconds + $0.headSeconds, $0.accuracy, label: nil,
                    name: $0.placement.point.name)
            }
            guard !points.isEmpty else { return nil }
            return Mark(
                "\(head.rawValue) head, every image", Ink.ofExit(index), .points(points, .square))
        }
    }

    private var front: Mark? {
        guard !search.choice.isEmpty else { return nil }
        let points = problem.front(of: search.choice).map { point($0.cost, $0.accuracy) }
        return Mark("chosen exits, all thresholds", .gray, .line(points))
    }

    private var plain: Mark {
        let point = point(
            problem.wholeSeconds, problem.lastAccuracy, label: "without exits", name: network)
        return Mark("without exits", .gray, .points([point], .diamond))
    }

    private var chosen: Mark? {
        guard !search.choice.isEmpty else { return nil }
        let point = point(
            search.point.cost, search.point.accuracy, label: "chosen", name: "the chosen exits")
        return Mark("chosen", .orange, .points([point], .star))
    }

    private func point(
        _ seconds: Double, _ accuracy: Double, label: String? = nil, name: String? = nil
    ) -> Mark.Point {
        let numbers = numbers(seconds, accuracy)
        return Mark.Point(
            seconds * 1e3, accuracy * 100, label: label,
            note: name.map { "\($0): \(numbers)" } ?? numbers)
    }

    private var description: String {
        let names = search.choice.map { problem.options[$0].placement.point.name }
        let exits = names.isEmpty ? "no exits" : "exits behind \(names.joined(separator: ", "))"
        let plain = numbers(problem.wholeSeconds, problem.lastAccuracy)
        let chosen = numbers(search.point.cost, search.point.accuracy)
        return "Without exits \(plain); with \(exits) \(chosen)."
    }

    private func numbers(_ seconds: Double, _ accuracy: Double) -> String {
        "\(Format.percent(accuracy)) in \(Format.microseconds(seconds * 1e6))"
    }
}

import BranchyEvaluation
import BranchyNet
import BranchyWorkflow

/// What matters most, in a few numbers.
struct SummarySection: ReportSection {
    let title = "In short"
    private let subject: ReportSubject
    private let findings: ReportFindings

    init(_ subject: ReportSubject, _ findings: ReportFindings) {
        (self.subject, self.findings) = (subject, findings)
    }

    var body: [Markup] {
        [
            Markup(
                "ul", ["class": "tiles"],
                tiles.map { tile in
                    Markup(
                        "li", [:],
                        [
                            Markup("strong", text: tile.value), Markup("span", text: tile.name),
                            Markup("small", text: tile.note),
                        ])
                })
        ]
    }

    private typealias Tile = (name: String, value: String, note: String)

    private var tiles: [Tile] {
        [accuracy, difference, time, timeFromBytes, gain, early].compactMap(\.self)
    }

    private var accuracy: Tile {
        (
            "accuracy", Format.percent(findings.counts.accuracy),
            "95 % interval: " + Format.percents(findings.counts.accuracyInterval)
        )
    }

    /// To the plain network on the same images, or where none was named, to the last exit.
    private var difference: Tile? {
        let other = findings.baseline.map { ($0.comparison, $0.name) }
        let own = findings.evaluation.besideFinalExit.map { ($0, "its last exit") }
        guard let (comparison, name) = other ?? own, comparison.samples > 0 else { return nil }
        return (
            "points against \(name)", Format.points(comparison.difference?.estimate),
            "95 % interval: \(Format.points(comparison.difference)), McNemar’s p = "
                + Format.fixed(comparison.pValue, digits: 3)
        )
    }

    private var time: Tile {
        guard let latency = findings.latency else {
            return (
                "work", Format.fixed(findings.costs.mean(findings.counts), digits: 1),
                "thousand multiply-accumulates, a mean"
            )
        }
        let worst = ", \(Format.microseconds(latency.policy.worstCase)) where no image leaves early"
        return (
            "mean time from the prepared image", Format.microseconds(latency.policy.mean),
            "median \(Format.microseconds(latency.policy.median))"
                + (subject.network.exitCount > 1 ? worst : "")
        )
    }

    private var timeFromBytes: Tile? {
        guard let latency = findings.latency else { return nil }
        return (
            "mean time from the image's bytes", Format.microseconds(latency.fromBytes.mean),
            "with their conversion to floats, \(Format.fixed(latency.preparation, digits: 2)) µs"
        )
    }

    private var gain: Tile? {
        if let baseline = findings.baseline, let gain = findings.latency?.gain {
            let fromBytes = findings.latency?.fromBytes.gain.map {
                "; from bytes \(Self.text(of: $0))"
            }
            return (
                "as fast as \(baseline.name)", Format.fixed(gain.estimate, digits: 2) + " times",
                "from the prepared image, \(Self.interval(gain))" + (fromBytes ?? "")
            )
        }
        guard subject.network.exitCount > 1, let last = findings.costs.ofExit.last else {
            return nil
        }
        let mean = findings.latency?.policy.mean ?? findings.costs.mean(findings.counts)
        return (
            findings.latency == nil ? "less work than its last exit" : "as fast as its last exit",
            Format.fixed(last / mean, digits: 2) + " times",
            "no plain network to compare with; --baseline names one"
        )
    }

    private static func interval(_ gain: Estimate) -> String {
        "95 % interval: \(Format.fixed(gain.low, digits: 2)) to "
            + Format.fixed(gain.high, digits: 2)
    }

    private static func text(of gain: Estimate) -> String {
        "\(Format.fixed(gain.estimate, digits: 2)) times (\(interval(gain)))"
    }

    private var early: Tile? {
        guard subject.network.exitCount > 1 else { return nil }
        return (
            "leave early", Format.percent(findings.counts.exitRates.dropLast().reduce(0, +)),
            "\(findings.policy.policy)"
        )
    }
}

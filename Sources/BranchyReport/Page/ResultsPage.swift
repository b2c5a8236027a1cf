public import BranchyWorkflow

/// The page that sets our results beside the paper's.
public struct ResultsPage: Sendable {
    /// By what a page is known.
    package static let beginning = """
        # Results

        Written by `branchynet reproduce`; a change by hand is lost with the next run.

        """

    private let results: [ExperimentResult]

    /// Makes the page of the results that there are.
    public init(_ results: [ExperimentResult]) {
        self.results = results
    }

    /// The page as Markdown.
    public var text: String {
        """
        \(Self.beginning)
        ## Ours

        \(ours)

        Accuracy is of \(sampleCounts) test images, which were read once and chose nothing. The clock
        runs from the prepared image to the answer, one thread: every stage visited, its branch, the
        score and the decision, but not the conversion of the image's bytes to floats. The gain is
        the plain network's mean time divided by the branched one's over the same images in the same
        run, with its 95 % bootstrap interval. The worst case is the median time where nobody leaves
        early although every branch is visited. The work saved counts multiply-accumulates, branches
        included. Epochs written as a sum are those of the plain network and those after them, in
        which it went on alone or with branches. Each model's folder keeps its recipe (`recipe.yaml`)
        and the log of its training, loss and validation accuracy of every epoch (`history.csv`); the
        shipped ones are in `Models`.

        \(notes.map { "- " + $0 }.joined(separator: "\n"))

        ## The paper's

        \(paper)

        Its gains are by the authors' timer, which leaves out the branches and the final classifier;
        by multiply-accumulates, branches included, the same settings give 4.1, 1.4 and 1.4. Its
        CIFAR-10 results are on the original images.

        Teerapittayanon, McDanel, Kung, *BranchyNet: Fast Inference via Early Exiting from Deep
        Neural Networks*, ICPR 2016, table I.

        """
    }

    private var ours: String {
        let heading = [
            "network", "variant", "data", "epochs", "accuracy", "mean time", "gain", "work saved",
            "leaves early", "exit rates", "worst case",
        ]
        return Self.table(heading, results.flatMap(rows))
    }

    /// What both networks began from, where that is something, then the plain and the branched one.
    private func rows(of result: ExperimentResult) -> [[String]] {
        let before = result.start.map { "\($0.epochs) + " } ?? ""
        let start = result.start.map { plainRow($0, of: result, trainedBefore: "") }
        return (start.map { [$0] } ?? []) + [
            plainRow(result.plain, of: result, trainedBefore: before),
            branchedRow(result, trainedBefore: before),
        ]
    }

    private func plainRow(
        _ row: ExperimentResult.Row, of result: ExperimentResult, trainedBefore: String
    ) -> [String] {
        [
            row.network, result.variant.rawValue, result.dataset, trainedBefore + "\(row.epochs)",
            Format.percent(row.accuracy), Format.microseconds(row.microseconds),
            "1", "1", "-", "-", "-",
        ]
    }

    private func branchedRow(_ result: ExperimentResult, trainedBefore: String) -> [String] {
        [
            result.branched.network, result.variant.rawValue, result.dataset,
            trainedBefore + "\(result.branched.epochs)",
            Format.percent(result.branched.accuracy),
            Format.microseconds(result.branched.microseconds), Format.gain(result.gain),
            result.multiplyAccumulateGain.map { Format.fixed($0, digits: 2) } ?? "-",
            result.policy
                ?? "entropy below " + result.thresholds.map { "\($0)" }.joined(separator: ", "),
            result.exitRates.map { Format.percent($0) }.joined(separator: ", "),
            Format.microseconds(result.worstCaseMicroseconds),
        ]
    }

    private var sampleCounts: String {
        Set(results.map(\.samples)).sorted().map { Format.grouped($0) }.joined(separator: " or ")
    }

    private var notes: [String] {
        var notes = results.map { result in
            "\(result.branched.network): seed \(result.seed), trained in "
                + "\(result.trainingPrecision), \(result.engine) engine in float32"
                + (result.processor.map { " on \($0)" } ?? "")
                + (result.objective.map { ", thresholds for: \($0)" } ?? "")
        }
        if results.contains(where: { $0.dataset == "cifar10-jpeg" }) {
            notes.append(
                "`cifar10-jpeg` is a copy of CIFAR-10 whose images were compressed as JPEG: not "
                    + "comparable to the last point with results on CIFAR-10 itself")
        }
        return notes
    }

    private var paper: String {
        let subjects = Set(
            Experiment.all.filter { e in results.contains { $0.branched.network == e.branched } }
                .map(\.subject))
        let heading = ["network", "accuracy", "gain", "thresholds", "exit rates (%)"]
        let rows = PaperResult.all.filter { subjects.contains($0.subject) }.map { row in
            [
                row.network, Format.fixed(row.accuracy, digits: 2) + " %",
                Format.fixed(row.gain, digits: 1), row.thresholds, row.exitRates,
            ]
        }
        return Self.table(heading, rows)
    }

    private static func table(_ heading: [String], _ rows: [[String]]) -> String {
        let rule = heading.map { _ in "---" }
        return ([heading, rule] + rows).map { "| " + $0.joined(separator: " | ") + " |" }
            .joined(separator: "\n")
    }
}

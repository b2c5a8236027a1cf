import ArgumentParser
import BranchyNet
import BranchyReport
import BranchyWorkflow

/// `branchynet study`
struct Study: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Vary one thing at a time, as the paper does in its section V.",
        discussion: """
            No study reads test images: what it finds may choose something, and is judged on \
            held-out images. Trainings are kept: the same command goes on where it was \
            interrupted.
            """,
        subcommands: [
            StudyThresholds.self, StudyLossWeights.self, StudyBranchDepth.self,
            StudyTrainingModes.self,
        ])
}

/// What a study found.
protocol StudyFindings: Encodable {
    /// For people.
    var table: String { get }
    /// For spreadsheets and plots: a row per setting and exit.
    var csv: CSVTable { get }
    /// Of what kind that is.
    static var csvKind: CSVTable.Kind { get }
}

extension ThresholdStudy: StudyFindings {}
extension LossWeightStudy: StudyFindings {}
extension BranchDepthStudy: StudyFindings {}
extension TrainingModeStudy: StudyFindings {}

/// Where the findings of a study go.
struct StudyOutput: ParsableArguments {
    @Option(
        help: ArgumentHelp("Write the findings to this file too, as CSV.", valueName: "file"),
        completion: .file(extensions: ["csv"]))
    var csv: String?

    @OptionGroup var replacement: ReplacementOptions

    @Flag(help: "Print the findings as JSON on standard output.")
    var json = false

    @Flag(help: "Show no progress.")
    var quiet = false

    /// Makes sure that findings can be written, before anything that takes long.
    func check<Findings: StudyFindings>(for findings: Findings.Type) throws {
        try file(of: findings)?.check()
    }

    func write<Findings: StudyFindings>(_ findings: Findings) throws {
        try file(of: Findings.self)?.write(findings.csv.text)
        if json {
            try StandardOutput.write(json: findings)
        } else {
            try StandardOutput.write(findings.table)
        }
    }

    private func file<Findings: StudyFindings>(of findings: Findings.Type) -> OutputFile? {
        csv.map { OutputFile($0, .table(findings.csvKind), replacement) }
    }
}

import ArgumentParser
import BranchyCompute
import BranchyData
import BranchyNet
import BranchyWorkflow
import Foundation

/// `branchynet datasets check`
struct DatasetsCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Look through a folder of images: what is there, and what is wrong with it.",
        discussion: """
            Decodes every image. Parts, classes and counts; sizes and formats; what is damaged, passed \
            over, in both parts, or looks as if it were. Ends with 65 where the folder cannot be trained \
            on.
            """)

    @Argument(
        help: ArgumentHelp(
            "The folder, as folder:PATH or PATH, or a table as csv:FILE.", valueName: "folder"))
    var folder: String

    @Option(
        help: ArgumentHelp(
            "What selects the test images where the folder has no test part: the seed of the recipe.",
            valueName: "n"),
        transform: Number.whole(0...Int.max))
    var seed = 1

    @OptionGroup var memory: MemoryOptions

    @Flag(help: "Print what was found as JSON on standard output.")
    var json = false

    @Flag(help: "Show no progress.")
    var quiet = false

    func run() throws {
        let survey = try WorkflowDisplay.whileShown(!quiet) { observer in
            try ImageFolderSurvey.lookThrough(folder, memory.limit, observer)
        }
        let report = FolderReport(survey, seed: UInt64(seed))
        if json {
            try StandardOutput.write(json: report)
        } else {
            try StandardOutput.write(report.text)
        }
        if let problem = report.problem { throw DatasetError(.invalidDataset, problem) }
    }
}

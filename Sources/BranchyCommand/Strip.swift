import ArgumentParser
import BranchyNet
import BranchyWorkflow

/// `branchynet strip`
struct Strip: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take off the exits that branch put on.",
        discussion: """
            Writes the model that came in, byte for byte, whatever was trained and calibrated since. \
            Where its numbers were trained too, there is nothing to give back, and it is refused.
            """)

    @Argument(
        help: ArgumentHelp(
            "Folder of a model that branch made, or of a run that trained it.", valueName: "model"),
        completion: .directory)
    var model: String

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Folder to write the model to.", valueName: "dir"),
        completion: .directory)
    var output: String

    func run() throws {
        try ModelFolder(model).strip(into: output)
        StandardError.write("wrote \(output), as it came in\n")
    }
}

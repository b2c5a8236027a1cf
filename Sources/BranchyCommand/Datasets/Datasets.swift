import ArgumentParser
import BranchyData
import BranchyWorkflow

/// `branchynet datasets`
struct Datasets: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show data sets, fetch those that are published, and time how they load.",
        subcommands: [
            DatasetsList.self, DatasetsInfo.self, DatasetsFetch.self, DatasetsCheck.self,
            DatasetsBench.self,
        ])
}

/// Where data sets are.
struct DataFolderOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Folder of data sets.",
            discussion: "Without it: $BRANCHYNET_DATA_DIR, or ./data.", valueName: "dir"),
        completion: .directory)
    var dataDir: String?

    var path: String { DataFolder.path(dataDir) }
}

/// A data set that is meant by name.
struct DatasetArgument: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "The data set: \(KnownDataset.known.map(\.name).joined(separator: ", ")).",
            valueName: "name"),
        completion: .list(KnownDataset.known.map(\.name)))
    var name: String
}

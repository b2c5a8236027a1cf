import ArgumentParser
import BranchyWorkflow

/// Which data set is meant, and where data sets are looked for.
struct DataOptions: ParsableArguments {
    @Option(
        name: [.long, .customLong("data")],
        help: ArgumentHelp(
            "The data set: \(DatasetName.all).",
            discussion: "Without it, the recipe's. A folder: PATH holds train/CLASS/IMAGE and "
                + "test/CLASS/IMAGE, or CLASS/IMAGE; it may be a .zip, .tar or .tar.gz file. IDX "
                + "files: two, or four with those to test on.", valueName: "name"))
    var dataset: String?

    @Option(
        help: ArgumentHelp(
            "Folder of data sets, such as DIR/mnist.",
            discussion: "Without it: $BRANCHYNET_DATA_DIR, the folder the model was trained "
                + "from, or ./data.", valueName: "dir"),
        completion: .directory)
    var dataDir: String?

    @Option(help: Self.cacheHelp, completion: .directory)
    var cache: String?

    static let cacheHelp = ArgumentHelp(
        "Keep decoded images of a folder here, for this run and later ones.",
        discussion:
            "A file or two for each data set, which is made anew where images or their size "
            + "are others.", valueName: "dir")

    var source: DataSource { DataSource(dataset, in: dataDir, cache: cache) }
}

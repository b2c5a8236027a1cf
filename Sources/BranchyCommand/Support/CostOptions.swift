import ArgumentParser

/// Where the time to leave at each exit comes from, if it is not measured here.
struct CostOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Take the time to each exit from this file instead of measuring here.",
            discussion: "It is what `bench MODEL --json` printed on the machine that will "
                + "predict.", valueName: "file"),
        completion: .file(extensions: ["json"]))
    var costs: String?
}

import ArgumentParser
import BranchyNet
import BranchyWorkflow

/// What `branch --at auto` can be told.
struct PlacementArguments: ParsableArguments {
    @OptionGroup private var data: DataOptions

    @Option(
        help: ArgumentHelp(
            "With --at auto: how much less accurate than the last exit exits may make the network, "
                + "such as 1%; 0.5% by default.", valueName: "share"), transform: Share.parse)
    private var accuracyLoss: Share?

    @Option(
        help: ArgumentHelp(
            "With --at auto: how many images heads learn from at most; 3000 by default.",
            valueName: "n"), transform: Number.whole(100...1_000_000))
    private var images: Int?

    @Option(
        help: ArgumentHelp(
            "With --at auto: how much of the disk features may take, such as 8G; 4G by default.",
            discussion: "Where it is too little for so many images, heads learn from fewer.",
            valueName: "size"), transform: ByteCount.parse)
    private var disk: ByteCount?

    @Option(
        help: ArgumentHelp(
            "With --at auto: draw what was tried, accuracy against time, to this file, as SVG.",
            valueName: "file"), completion: .file(extensions: ["svg"]))
    private(set) var figure: String?

    @OptionGroup private(set) var replacement: ReplacementOptions

    @Option(
        help: ArgumentHelp(
            "With --at auto: how many threads compute; all cores by default.", valueName: "n"),
        transform: Number.whole(1...1_024))
    private var threads: Int?

    @OptionGroup private(set) var memory: MemoryOptions

    /// The data set, as a word of shell.
    var dataset: String { (data.dataset ?? "folder:PHOTOS").shellWord }

    /// Refuses what only a search for places can be told.
    ///
    /// - Throws: `ValidationError`, with the first of them that was given.
    func requireNone() throws {
        let given: [(String, Bool)] = [
            ("--data", data.dataset != nil), ("--data-dir", data.dataDir != nil),
            ("--cache", data.cache != nil), ("--accuracy-loss", accuracyLoss != nil),
            ("--images", images != nil), ("--disk", disk != nil), ("--figure", figure != nil),
            ("--threads", threads != nil),
        ]
        guard let name = given.first(where: \.1)?.0 else { return }
        throw ValidationError(
            "\(name) is for places that are searched for: pass --at auto, or leave it out")
    }

    /// The options of a search.
    ///
    /// - Throws: `ValidationError` where no data are named.
    func options() throws -> PlacementOptions {
        guard data.dataset != nil else {
            throw ValidationError(
                "--at auto finds places by what the network makes of pictures: pass --data, such "
                    + "as --data folder:photos, or name places, such as --at 30%,60%")
        }
        var options = PlacementOptions(data.source)
        if let accuracyLoss { options.accuracyLoss = accuracyLoss.fraction }
        if let images { options.images = images }
        if let disk { options.diskByteCount = disk.bytes }
        (options.threads, options.memory) = (threads, memory.limit)
        return options
    }
}

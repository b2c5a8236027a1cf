import ArgumentParser
import BranchyNet
import BranchyTraining
import BranchyWorkflow
import Foundation

/// `branchynet train`
struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train all exits of a network at once.",
        discussion: """
            Of a network, or of a model from where it stands: with --freeze trunk its branches alone, on \
            what the backbone computes of each image once. Writes a model folder. The run is saved at \
            the end of every epoch and every few minutes; after Ctrl-C, the end of the terminal or a crash the same command with \
            --resume goes on and ends in the same bytes. The paper's way, plain network first: \
            train lenet, then train b-lenet --from its folder.
            """)

    @Argument(
        help: ArgumentHelp(
            "The network: \(BranchedNetwork.known.map(\.name).joined(separator: ", ")), or a file "
                + "that describes one, such as network.json; or the folder of a model.",
            discussion: "inspect NETWORK --json prints a description to start from.",
            valueName: "network"))
    var network: String

    @OptionGroup var data: DataOptions

    @Option(
        help: ArgumentHelp(
            "Pixels of a side of the network's images, for networks that end in a mean over the map, "
                + "such as b-photo.", valueName: "n"),
        transform: Number.whole(8...1_024))
    var size: Int?

    @Flag(help: "Leave images of a folder out that cannot be read, as data.skipDamaged=true does.")
    var skipDamaged = false

    @Flag(
        help: ArgumentHelp(
            "Let images be in the training and in the test part of a folder, as "
                + "data.allowDuplicates=true does."))
    var allowDuplicates = false

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Folder to write the model to.", valueName: "dir"),
        completion: .directory)
    var output: String

    @Option(
        help: ArgumentHelp(
            "YAML file of recipe keys that replace the built-in ones.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    var recipe: String?

    @Option(
        help: ArgumentHelp(
            "Replace one recipe key, such as epochs=10, optimizer.name=adamw or data.mixup=0.2.",
            discussion: "See docs/Training.md for all of them.", valueName: "key=value"))
    var set: [String] = []

    @Option(
        help: ArgumentHelp(
            "Passes over the training images; with --resume, +10 adds ten to a finished run.",
            discussion: "See docs/Training.md for the learning rate in added ones.",
            valueName: "n"), transform: EpochsOption.parse)
    var epochs: EpochsOption?

    @Option(
        help: ArgumentHelp(
            "What of a model stays as it is: none, or trunk to train its branches alone.",
            valueName: "part"), transform: Self.freezing)
    var freeze: Freezing?

    @Flag(
        help: ArgumentHelp(
            "Begin the exits of a model anew, for the classes of the data, as newClasses=true does."
        ))
    var newClasses = false

    @Option(
        help: ArgumentHelp(
            "Start from this model's parameters of the same names; others start at random.",
            discussion: "A folder, or the name of a shipped model.", valueName: "model"),
        completion: .directory)
    var from: String?

    @Flag(help: "Go on with the run in the output folder, or start it if it did not begin.")
    var resume = false

    @Option(
        help: ArgumentHelp("How many threads compute; all cores by default.", valueName: "n"),
        transform: Number.whole(1...1_024))
    var threads: Int?

    @Option(
        help: ArgumentHelp("Save the run at least this often.", valueName: "seconds"),
        // No duration can hold the largest numbers; a billion seconds are more than thirty years.
        transform: Number.real(0...1e9))
    var checkpointInterval: Double = 180

    @OptionGroup var memory: MemoryOptions

    @Flag(help: "Print a summary as JSON on standard output.")
    var json = false

    @Flag(help: "Show no progress.")
    var quiet = false

    func validate() throws {
        guard case .added(let count)? = epochs, !resume else { return }
        throw ValidationError("--epochs +\(count) adds to a finished run: pass --resume too")
    }

    func run() throws {
        let summary = try WorkflowDisplay.whileShown(!quiet) { observer in
            try training().train(
                into: output, resuming: resume, observer: observer,
                inference: { try Engines.inference() }, engine: Engines.training)
        }
        if json {
            try StandardOutput.write(json: summary)
        } else if !quiet {
            StandardError.write(
                "wrote \(output); next: branchynet evaluate \(output.shellWord) --threshold 0.3\n")
        }
    }

    /// The training that the options describe.
    private func training() throws -> TrainingRun {
        var run = try beginning()
        run.recipe = try resolvedRecipe(for: run)
        run.data = data.source
        (run.threads, run.memory, run.side) = (threads, memory.limit, size)
        if case .added(let count)? = epochs { run.addedEpochs = count }
        run.checkpointInterval = .seconds(checkpointInterval)
        return run
    }

    /// What is trained, from where.
    private func beginning() throws -> TrainingRun {
        guard Self.isModel(network) else {
            let run = TrainingRun(try BranchedNetwork(nameOrFile: network), from: from)
            if freeze == .trunk {
                throw ValidationError(
                    "--freeze trunk is for a model, and \(network) is a network that is not trained"
                )
            }
            if newClasses {
                throw ValidationError(
                    "--new-classes is for a model, and \(network) is a network that is not trained")
            }
            return run
        }
        guard from == nil else {
            throw ValidationError(
                "\(network) is a model, from which training starts: leave --from out")
        }
        guard size == nil else {
            throw ValidationError("--size is for networks: a model keeps the size that it has")
        }
        return try TrainingRun(of: network, freezing: freeze ?? .none)
    }

    /// A name or a description is a network, though there may be a folder of that name.
    private static func isModel(_ argument: String) -> Bool {
        !BranchedNetwork.known.contains { $0.name == argument }
            && FileManager.default.fileExists(
                atPath: argument + "/" + ModelFolder.manifestName)
    }

    private static func freezing(_ argument: String) throws -> Freezing {
        guard let freezing = Freezing(rawValue: argument) else {
            throw ValidationError("'\(argument)' is neither none nor trunk")
        }
        return freezing
    }

    /// The built-in recipe with what the options replace in it; `nil` where they replace nothing.
    private func resolvedRecipe(for run: TrainingRun) throws -> Recipe? {
        var settings = set
        if case .total(let count)? = epochs { settings.append("epochs=\(count)") }
        // Of new classes the last exit knows nothing yet.
        if newClasses { settings = ["newClasses=true", "distillation.weight=0"] + settings }
        if skipDamaged { settings.append("data.skipDamaged=true") }
        if allowDuplicates { settings.append("data.allowDuplicates=true") }
        guard recipe != nil || !settings.isEmpty else { return nil }
        let document = try recipe.map {
            String(decoding: try AtomicFile.read($0, limit: 1 << 20), as: UTF8.self)
        }
        let resolved = try Recipe.resolved(
            from: run.standardRecipe, document: document, source: recipe ?? "recipe",
            settings: settings)
        try resolved.check(isFor: run.network, source: recipe ?? "--set")
        return resolved
    }
}

import ArgumentParser
import BranchyCompute
import BranchyData
import BranchyNet
import BranchyTraining
import Foundation

/// `branchynet train`
struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train all exits of a network at once.",
        discussion: """
            Writes a model folder. The run is saved at the end of every epoch and every few \
            minutes; after Ctrl-C or a crash the same command with --resume goes on and ends in \
            the same bytes. The paper's way, plain network first: train lenet, then train \
            b-lenet --from its folder.
            """)

    @Argument(
        help: ArgumentHelp(
            "The network: \(BranchedNetwork.known.map(\.name).joined(separator: ", ")), or a file "
                + "that describes one, such as network.json.",
            discussion: "inspect NETWORK --json prints a description to start from.",
            valueName: "network"))
    var network: String

    @OptionGroup var data: DataOptions

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
            "Replace one recipe key, such as epochs=10 or optimizer.name=adamw.",
            valueName: "key=value"))
    var set: [String] = []

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

    func run() throws {
        try RunFolder.check(output, isResuming: resume)
        let folder = try RunFolder(output)
        var checkpoint = try folder.checkpoint(isResuming: resume) { try newRun() }
        try check(checkpoint)
        try memory.check(training: checkpoint.network, by: checkpoint.recipe)
        let dataFolder = DataFolder(data, run: output, within: memory)
        let splits = try dataFolder.splits(
            of: checkpoint.recipe, classNames: checkpoint.classNames)
        try checkpoint.bind(to: splits, in: output)
        let engine = try Engines.training(threads: checkpoint.threads)
        var trainer = try Trainer(
            network: checkpoint.network, recipe: checkpoint.recipe, training: splits.training,
            validation: splits.validation, engine: engine, state: checkpoint.state)
        try folder.begin(checkpoint, dataFolder)
        try fit(&trainer, &checkpoint, folder)
        let model = try checkpoint.model(splits, engine: engine)
        try folder.write(model, of: checkpoint)
        try report(checkpoint)
    }

    /// The beginning of a run, from network, recipe and settings.
    private func newRun() throws -> Checkpoint {
        let network = try BranchedNetwork(nameOrFile: network)
        let recipe = try resolvedRecipe(for: network)
        try memory.check(training: network, by: recipe)
        var parameters = try ParameterStore.initial(
            for: network, seed: recipe.seed, by: recipe.initialization)
        let start = try startingModel()
        if let start { try parameters.replace(from: start.model, for: network) }
        return Checkpoint(
            network: network, recipe: recipe, dataChecksums: [],
            classNames: start?.model.classNames(forClassifiersOf: network),
            initialChecksum: start?.checksum,
            threads: threads ?? ProcessInfo.processInfo.activeProcessorCount,
            state: TrainingState(parameters: parameters, recipe: recipe))
    }

    /// The built-in recipe with what the options replace in it.
    func resolvedRecipe(for network: BranchedNetwork) throws -> Recipe {
        let document = try recipe.map {
            String(decoding: try AtomicFile.read($0, limit: 1 << 20), as: UTF8.self)
        }
        var resolved = try Recipe.resolved(
            from: .standard(for: network), document: document, source: recipe ?? "recipe",
            settings: set)
        resolved.dataset = data.dataset ?? resolved.dataset
        guard resolved.network == network.name else {
            throw TrainingError(
                .invalidRecipe,
                "\(recipe ?? "--set"): the recipe is for '\(resolved.network)', but '\(network.name)' "
                    + "was asked for")
        }
        return resolved
    }

    private func fit(
        _ trainer: inout Trainer, _ checkpoint: inout Checkpoint,
        _ folder: borrowing RunFolder
    ) throws {
        Interrupt.watch()
        var progress = TrainingReporter(isShown: !quiet, exitNames: trainer.network.exitNames)
        progress.begin(trainer)
        let outcome = try trainer.fit(
            checkpointInterval: .seconds(checkpointInterval)
        ) { state in
            checkpoint.state = state
            try folder.save(checkpoint)
        } observe: { event in
            progress.report(event)
        } shouldStop: {
            Interrupt.isRequested
        }
        progress.end()
        guard outcome == .completed else {
            throw Interrupted(
                description: "interrupted in epoch \(checkpoint.state.epoch + 1) of "
                    + "\(checkpoint.recipe.epochs), saved in \(output); the same command with "
                    + "--resume goes on")
        }
    }

    private func report(_ checkpoint: Checkpoint) throws {
        guard let last = checkpoint.state.history.last else { return }
        if json {
            let summary = TrainingSummary(
                model: output, network: checkpoint.network.name, epochs: last.epoch,
                trainingLoss: last.trainingLoss, validationAccuracy: last.validationAccuracy)
            let data = try JSONEncoder.branchyNet.encode(summary)
            try StandardOutput.write(String(decoding: data, as: UTF8.self) + "\n")
        } else if !quiet {
            StandardError.write(
                "wrote \(output); next: branchynet evaluate \(output) --threshold 0.3\n")
        }
    }
}

/// What `train --json` prints.
private struct TrainingSummary: Encodable {
    let model: String
    let network: String
    let epochs: Int
    let trainingLoss: Double
    let validationAccuracy: [Double]
}

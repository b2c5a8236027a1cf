import BranchyChecksum
public import BranchyCompute
import BranchyData
public import BranchyNet
public import BranchyTraining
import Foundation

/// The training of all exits of a network at once, into a model's folder.
///
///     let run = TrainingRun(.bLeNet, on: DataSource("folder:photos"))
///     let summary = try run.train(into: "runs/photos") { try OneDNNEngine(threads: $0) }
///
/// The run is saved at the end of every epoch and every few minutes. Where it was stopped, the same
/// call with `resuming: true` goes on and ends in the same bytes.
public struct TrainingRun: Sendable {
    /// What is trained.
    public var network: BranchedNetwork
    /// Rows and columns of its images; `nil` for its own, which with photographs' networks are the
    /// data's where these are smaller.
    public var side: Int?
    /// How it is trained; `nil` for the network's standard recipe, or that of the run that is
    /// resumed.
    public var recipe: Recipe?
    /// Its recipe where none is asked for; `nil` for that of its network.
    private(set) var ownStandard: Recipe?
    /// The model whose parameters of the same names it begins with, as a folder or the name of a
    /// shipped one; `nil` to begin at random.
    public var start: String?
    /// How many threads compute, at least 1; all cores by default.
    public var threads: Int?
    /// Where the data are; a data set that it names takes the place of the recipe's.
    public var data: DataSource
    /// How much memory may be taken.
    public var memory = MemoryLimit()
    /// How many epochs a finished run that is resumed is given more, 1 or more; `nil` for none. A run
    /// that was stopped in as many added ones goes on with these.
    public var addedEpochs: Int?
    /// The run is saved at least this often, 0 or more.
    public var checkpointInterval = Duration.seconds(180)

    /// Describes a training.
    ///
    /// - Parameters:
    ///   - network: what is trained.
    ///   - recipe: how; its standard one by default.
    ///   - data: on which data; by default the recipe's.
    ///   - start: the model that it begins with.
    public init(
        _ network: BranchedNetwork, recipe: Recipe? = nil, on data: DataSource = DataSource(),
        from start: String? = nil
    ) {
        (self.network, self.recipe, self.start) = (network, recipe, start)
        self.data = data
    }

    /// Describes the training of a model from where it stands.
    ///
    ///     var run = try TrainingRun(of: "models/b-resnet18", freezing: .trunk)
    ///     run.data = DataSource("folder:photos")
    ///
    /// - Parameters:
    ///   - model: a folder, or the name of a shipped one. Pictures are prepared as it prepares them.
    ///   - freezing: `trunk` to train the branches alone, on what the backbone computes of each image
    ///     once; where the recipe is another, what that says holds.
    /// - Throws: as `ModelFolder.read(digest:)`.
    public init(of model: String, freezing: Freezing = .none) throws {
        let trained = try ShippedModels.read(model, digest: Checksum.sha256)
        self.init(trained.network, from: model)
        ownStandard = freezing == .trunk ? .heads(of: trained) : .fineTuning(of: trained)
    }

    /// What the recipe is where none is asked for.
    ///
    /// - Throws: `NetworkError` where a built-in network has no recipe.
    package var standardRecipe: Recipe {
        get throws { try ownStandard ?? .standard(for: network) }
    }

    /// Trains, and writes the model.
    ///
    /// - Parameters:
    ///   - output: the model's folder, which is made.
    ///   - resuming: whether a run that is there goes on. Without it, a folder that holds a run or a
    ///     model is refused.
    ///   - engine: makes what computes, on so many threads.
    ///   - inference: makes what computes the features of a frozen trunk, one image at a time on each
    ///     thread; what trains by default.
    /// - Throws: `ModelError` where the folder holds another run or is being written to,
    ///   `TrainingError` where the run that is there is another or its loss is not finite,
    ///   `DatasetError`, `NetworkError`, what the engine throws; ``Interrupted``, after the run was
    ///   saved.
    @discardableResult
    public func train(
        into output: String, resuming: Bool = false,
        observer: WorkflowObserver = WorkflowObserver(),
        inference: (() throws -> any Engine)? = nil,
        engine: (_ threads: Int) throws -> any Engine
    ) throws -> TrainingSummary {
        try RunFolder.check(output, isResuming: resuming)
        try checkAddition(in: output, isResuming: resuming)
        let folder = try RunFolder(output)
        var checkpoint = try folder.checkpoint(isResuming: resuming) { try makeRun() }
        if resuming { try check(checkpoint, in: output) }
        try addEpochs(to: &checkpoint, in: folder, output)
        try memory.check(training: checkpoint.network, by: checkpoint.recipe)
        try checkCache(for: checkpoint.recipe)
        let dataFolder = DataFolder(data, run: output, within: memory)
        let found = try dataFolder.find(
            checkpoint.recipe.dataset, skipsDamaged: checkpoint.recipe.data.skipDamaged, observer)
        if checkpoint.dataChecksums.isEmpty {
            if side == nil { found.fit(&checkpoint.network, observer) }
            checkpoint.recipe = try found.adapt(
                checkpoint.recipe, to: checkpoint.network, standard: ownStandard, observer)
        } else if try checkpoint.recipe.usesImageFolder {
            try checkRecipe(of: checkpoint, in: output, adaptedTo: found)
        }
        let splits = try suggestingNewClasses(checkpoint) {
            try dataFolder.splits(
                of: checkpoint.recipe, found, shape: checkpoint.network.inputShape,
                geometry: checkpoint.recipe.data.geometry, classNames: checkpoint.classNames,
                isVaried: true, observer)
        }
        observer.tell(.began(splits.counts))
        try fit(&checkpoint, to: splits.training, observer)
        try checkpoint.bind(to: splits, in: output)
        let engine = try engine(checkpoint.threads)
        try folder.begin(
            checkpoint, dataFolder.record(of: checkpoint.recipe.dataset, found),
            found.dealt(seed: checkpoint.recipe.seed))
        let trunk = try FrozenTrunk(
            of: checkpoint, from: start, splits, in: data.cache ?? output,
            by: try inference?() ?? engine, observer)
        var trainer =
            try trunk?.trainer(checkpoint, splits, engine)
            ?? Trainer(
                network: checkpoint.network, recipe: checkpoint.recipe, training: splits.training,
                validation: splits.validation, engine: engine, state: checkpoint.state)
        let classes = ClassCounts(of: splits.training, checkpoint.recipe.data.classWeights)
        if let line = addition(of: checkpoint.recipe) { observer.tell(.began(line)) }
        if checkpoint.state.step == 0 {
            observer.tell(.began(classes.text))
            let exits = checkpoint.network.exitNames
            if let line = phases(of: checkpoint.recipe, exitNames: exits) {
                observer.tell(.began(line))
            }
        }
        try fit(&trainer, &checkpoint, folder, output, observer)
        let model = trainer.model(
            calibrationChecksum: splits.calibration.checksum,
            initialChecksum: checkpoint.initialChecksum)
        let attachments = try trunk?.attachments(beside: model) ?? [:]
        if let loss = try folder.write(model, of: checkpoint, attachments) {
            observer.tell(.note(loss))
        }
        if data.cache == nil { try trunk?.removeFeatures() }
        return TrainingSummary(of: checkpoint, in: output, classes)
    }

    /// Trains where that is not done: a finished model is left as it is, an interrupted run goes
    /// on.
    ///
    /// - Throws: as ``train(into:resuming:observer:engine:)``; `TrainingError` where the folder holds
    ///   the model of another network or recipe.
    public func trainOnce(
        into output: String, observer: WorkflowObserver = WorkflowObserver(),
        engine: (_ threads: Int) throws -> any Engine
    ) throws {
        guard !Self.isFinished(in: output) else { return try checkFinished(in: output) }
        do {
            _ = try train(into: output, resuming: true, observer: observer, engine: engine)
        } catch is Interrupted {
            throw Interrupted(
                description: "interrupted; the run is saved in \(output), and the same command "
                    + "goes on with it")
        }
    }

    /// Requires that decoded images are of use, where they are to be kept.
    private func checkCache(for recipe: Recipe) throws {
        guard data.cache != nil, recipe.data.cropArea < 1, recipe.data.cropSource == .file,
            try recipe.usesImageFolder
        else { return }
        throw TrainingError(
            .unsuitableData,
            "--cache keeps decoded images, but by data.cropArea=\(recipe.data.cropArea) and "
                + "data.cropSource=file training takes another part of each file in every epoch: "
                + "leave --cache out, cut parts out of smaller images by --set "
                + "data.cropSource=resized, or take whole ones by --set data.cropArea=1")
    }

    /// Whether a folder holds a model already.
    static func isFinished(in output: String) -> Bool {
        FileManager.default.fileExists(atPath: output + "/" + ModelFolder.manifestName)
    }

    /// The recipe of a run that begins, with the data set that is asked for.
    var ownRecipe: Recipe {
        get throws {
            var recipe = try recipe ?? standardRecipe
            recipe.dataset = data.dataset ?? recipe.dataset
            try recipe.check(isFor: network)
            return recipe
        }
    }

    /// The beginning of a run.
    ///
    /// - Parameter classCount: how many classes a built-in network is made for; by default as many as
    ///   the model has that it starts from, or as its description says.
    func makeRun(classCount: Int? = nil) throws -> Checkpoint {
        let recipe = try ownRecipe
        let start = try startingModel()
        let classNames =
            recipe.newClasses ? nil : start?.model.classNames(forClassifiersOf: network)
        let network = network(for: classNames?.count ?? classCount)
        try checkTrunk(start?.model, of: network, recipe)
        try memory.check(training: network, by: recipe)
        var parameters = try ParameterStore.initial(
            for: network, seed: recipe.seed, by: recipe.initialization)
        if let start {
            try parameters.replace(
                from: start.model, for: network,
                except: recipe.newClasses ? Set(network.exitParameters()) : [])
        }
        return Checkpoint(
            network: network, recipe: recipe, dataChecksums: [], classNames: classNames,
            initialChecksum: start?.checksum,
            threads: threads ?? ProcessInfo.processInfo.activeProcessorCount,
            state: try TrainingState(
                parameters: recipe.trained(of: parameters, in: network), recipe: recipe))
    }

    private func fit(
        _ trainer: inout Trainer, _ checkpoint: inout Checkpoint, _ folder: borrowing RunFolder,
        _ output: String, _ observer: WorkflowObserver
    ) throws {
        observer.tell(
            .training(
                exitNames: trainer.network.exitNames, step: trainer.state.step,
                stepCount: trainer.stepCount))
        let outcome = try trainer.fit(checkpointInterval: checkpointInterval) { state in
            checkpoint.state = state
            try folder.save(checkpoint)
        } observe: { event in
            observer.tell(.trained(event))
        } shouldStop: {
            observer.shouldStop
        }
        guard outcome == .completed else {
            throw Interrupted(
                description: "interrupted in epoch \(checkpoint.state.epoch + 1) of "
                    + "\(checkpoint.recipe.totalEpochs), saved in \(output); the same command with "
                    + "--resume goes on")
        }
    }
}

extension DatasetSplits {
    /// How many images each part has, in a line.
    fileprivate var counts: String {
        "\(training.name): \(Format.grouped(training.count)) images to train on, "
            + "\(Format.grouped(validation.count)) for validation, "
            + "\(Format.grouped(calibration.count)) for calibration, "
            + "\(Format.grouped(test.count)) to test on"
    }
}

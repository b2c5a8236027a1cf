import BranchyChecksum
import BranchyNet
package import BranchyTraining

extension TrainingRun {
    /// A resumed run keeps its recipe; asking for another one is a mistake, not an order.
    func check(_ checkpoint: Checkpoint, in output: String) throws {
        guard trains(checkpoint.network) else {
            throw TrainingError(
                .invalidCheckpoint,
                "the run in \(output) trains '\(checkpoint.network.name)', not "
                    + (network.name == checkpoint.network.name
                        ? "another network of that name" : "'\(network.name)'"))
        }
        // What suits a folder of images is only known once that was looked at.
        if try !checkpoint.recipe.usesImageFolder { try checkRecipe(of: checkpoint, in: output) }
        if let start, try startingModel()?.checksum != checkpoint.initialChecksum {
            throw TrainingError(
                .invalidCheckpoint,
                "the run in \(output) did not begin from \(start) as it is now; resume it without "
                    + "--from, or start a new one with another --output")
        }
        if let threads, threads != checkpoint.threads {
            throw TrainingError(
                .invalidCheckpoint,
                "the run in \(output) began with \(checkpoint.threads) threads; with \(threads) its "
                    + "result would differ")
        }
    }

    /// Says how a run gets more epochs, where they are all that is asked for.
    private func check(epochsOf asked: Recipe, _ recipe: Recipe, in output: String) throws {
        var same = asked
        same.epochs = recipe.epochs
        guard same == recipe, asked.epochs > recipe.epochs else { return }
        throw TrainingError(
            .invalidCheckpoint,
            "the run in \(output) has \(recipe.epochs) epochs; --epochs "
                + "+\(asked.epochs - recipe.epochs) adds to them when they are done")
    }

    /// Requires that a run which is resumed has the recipe that is asked for, if one is.
    ///
    /// - Parameter found: the folder of images that it learns from, by which a recipe is adapted.
    func checkRecipe(
        of checkpoint: Checkpoint, in output: String, adaptedTo found: FoundDataset? = nil
    ) throws {
        guard recipe != nil || data.dataset != nil else { return }
        var asked = try ownRecipe
        // Files of one's own may have moved; their checksum says whether they are the same.
        if try [asked, checkpoint.recipe].allSatisfy({ try $0.usesOwnFiles }) {
            asked.dataset = checkpoint.recipe.dataset
        }
        asked =
            try found?.adapt(
                asked, to: checkpoint.network, standard: ownStandard, WorkflowObserver()) ?? asked
        // What was added to the run is part of it, whoever asks for it to go on.
        if asked.addedEpochs.isEmpty { asked.addedEpochs = checkpoint.recipe.addedEpochs }
        if addedEpochs == nil {
            try check(epochsOf: asked, checkpoint.recipe, in: output)
        } else {
            // Who asks for some more does not say how many there were.
            asked.epochs = checkpoint.recipe.epochs
        }
        guard asked == checkpoint.recipe else {
            throw TrainingError(
                .invalidCheckpoint,
                "the run in \(output) has another recipe; resume it without --recipe, --set and "
                    + "--dataset, or start a new one with another --output")
        }
    }

    /// Requires that the model in a folder was trained like this.
    ///
    /// - Throws: `TrainingError` where it was not.
    func checkFinished(in output: String) throws {
        let model = try ModelFolder(output).read(digest: Checksum.sha256)
        var asked = try ownRecipe
        if try asked.usesImageFolder {
            let folder = DataFolder(data, run: output, within: memory)
            asked = try folder.find(
                asked.dataset, skipsDamaged: asked.data.skipDamaged, WorkflowObserver()
            ).adapt(asked, to: model.network, standard: ownStandard, WorkflowObserver())
        }
        let kept = try Recipe(besideModel: output, of: model.network)
        guard trains(model.network), kept == asked else {
            throw TrainingError(
                .invalidCheckpoint,
                "\(output) holds a model of another network or recipe than this command trains; "
                    + "choose another --output, or remove it")
        }
    }
}

extension Recipe {
    fileprivate var usesOwnFiles: Bool {
        get throws { try DatasetName(dataset).isOwn }
    }

    var usesImageFolder: Bool {
        get throws {
            switch try DatasetName(dataset) {
            case .imageFolder, .imageTable: true
            case .known, .idxFiles: false
            }
        }
    }

    /// This recipe with one epoch on a small part of the images: the same path, in a minute.
    package var quick: Recipe {
        var quick = self
        quick.epochs = 1
        quick.data.trainingImages = 1_000
        quick.data.validationImages = 200
        quick.data.calibrationImages = 1_000
        return quick
    }
}

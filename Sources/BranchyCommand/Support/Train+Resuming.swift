import BranchyChecksum
import BranchyData
import BranchyNet
import BranchyTraining

extension Train {
    /// A resumed run keeps its recipe; asking for another one is a mistake, not a wish.
    func check(_ checkpoint: Checkpoint) throws {
        guard resume else { return }
        let isSame =
            BranchedNetwork.isDescription(network)
            ? try BranchedNetwork(nameOrFile: network) == checkpoint.network
            : checkpoint.network.name == network
        guard isSame else {
            throw TrainingError(
                .invalidCheckpoint,
                "the run in \(output) trains '\(checkpoint.network.name)', not '\(network)'")
        }
        if recipe != nil || !set.isEmpty || data.dataset != nil {
            var asked = try resolvedRecipe(for: checkpoint.network)
            // A folder of images may have moved; its checksum says whether it is the same.
            if try [asked, checkpoint.recipe].allSatisfy({ try $0.usesImageFolder }) {
                asked.dataset = checkpoint.recipe.dataset
            }
            guard asked == checkpoint.recipe else {
                throw TrainingError(
                    .invalidCheckpoint,
                    "the run in \(output) has another recipe; resume it without --recipe, --set and "
                        + "--dataset, or start a new one with another --output")
            }
        }
        if let from, try startingModel()?.checksum != checkpoint.initialChecksum {
            throw TrainingError(
                .invalidCheckpoint,
                "the run in \(output) did not begin from \(from) as it is now; resume it without "
                    + "--from, or start a new one with another --output")
        }
        if let threads, threads != checkpoint.threads {
            throw TrainingError(
                .invalidCheckpoint,
                "the run in \(output) began with \(checkpoint.threads) threads; with \(threads) its "
                    + "result would differ")
        }
    }

    /// Requires that the model in the output folder was trained as these options say.
    ///
    /// - Throws: `TrainingError` where it was not.
    func checkFinished() throws {
        let network = try BranchedNetwork(nameOrFile: network)
        let model = try ModelFolder(output).read(digest: Checksum.sha256)
        let asked = try resolvedRecipe(for: network)
        let found = try Recipe(besideModel: output, of: network)
        guard model.network == network, found == asked else {
            throw TrainingError(
                .invalidCheckpoint,
                "\(output) holds a model of another network or recipe than this command trains; "
                    + "choose another --output, or remove it")
        }
    }
}

extension Recipe {
    fileprivate var usesImageFolder: Bool {
        get throws { try DatasetName(dataset).absoluteImageFolder != nil }
    }
}

import ArgumentParser
import BranchyNet
import Foundation

/// A training that is made once: a finished model is left as it is, an interrupted run goes on.
struct ResumableTraining {
    /// The network's name, or a file that describes it.
    let network: String
    /// Where the model is, or will be.
    let folder: String
    /// Further arguments of `train`.
    let arguments: [String]

    /// One epoch on a small part of the images.
    static let quickArguments = [
        "epochs=1", "data.trainingImages=1000", "data.validationImages=200",
        "data.calibrationImages=1000",
    ].flatMap { ["--set", $0] }

    /// Whether the model is there.
    var isFinished: Bool {
        FileManager.default.fileExists(atPath: folder + "/" + ModelFolder.manifestName)
    }

    /// Trains, if that is not done.
    ///
    /// - Throws: what `train` throws; `TrainingError` where the folder holds the model of another
    ///   recipe; ``Interrupted``.
    func run(quiet: Bool) throws {
        let train = try Train.parse(
            [network, "--output", folder, "--resume"] + arguments + (quiet ? ["--quiet"] : []))
        guard !isFinished else { return try train.checkFinished() }
        do {
            try train.run()
        } catch is Interrupted {
            throw Interrupted(
                description: "interrupted; the run is saved in \(folder), and the same command "
                    + "goes on with it")
        }
    }
}

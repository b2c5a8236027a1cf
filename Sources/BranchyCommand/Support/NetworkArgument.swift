import ArgumentParser
import BranchyNet
import BranchyTraining
import Compute

/// A trained model, or a network whose numbers do not matter.
struct NetworkArgument: ParsableArguments {
    @Argument(help: Self.help, completion: .directory)
    var model: String

    static let help = ArgumentHelp(
        "Folder of a trained model, or the name of a network "
            + "(\(BranchedNetwork.known.map(\.name).joined(separator: ", "))), with random "
            + "weights then.",
        valueName: "model")

    /// The network and its numbers.
    func load() throws -> (network: BranchedNetwork, parameters: ParameterStore) {
        try Self.load(model)
    }

    /// The network of a name, or of a folder, and its numbers.
    static func load(
        _ model: String
    ) throws -> (network: BranchedNetwork, parameters: ParameterStore) {
        if let network = BranchedNetwork.known.first(where: { $0.name == model }) {
            return (network, try .initial(for: network, seed: 1))
        }
        let trained = try ModelFolder(model).read(digest: Checksum.sha256)
        return (trained.network, trained.parameters)
    }
}

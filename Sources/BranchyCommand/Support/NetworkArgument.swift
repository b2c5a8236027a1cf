import ArgumentParser
import BranchyChecksum
import BranchyCompute
import BranchyNet
import BranchyTraining
import BranchyWorkflow

/// A trained model, or a network whose numbers do not matter.
struct NetworkArgument: ParsableArguments {
    @Argument(help: Self.help, completion: .directory)
    var model: String

    @OptionGroup var memory: MemoryOptions

    static let help = ArgumentHelp(
        "Folder of a trained model; or, with random weights then, a file that describes a network, "
            + "such as network.json, or the name of one "
            + "(\(BranchedNetwork.known.map(\.name).joined(separator: ", "))).",
        valueName: "model")

    /// The network and its numbers.
    func load() throws -> (network: BranchedNetwork, parameters: ParameterStore) {
        try Self.load(model) { try memory.limit.check($0) }
    }

    /// The network of a name, a description or a folder, and its numbers.
    ///
    /// - Parameter check: looks at the network before memory is taken for it.
    static func load(
        _ model: String, _ check: (BranchedNetwork) throws -> Void
    ) throws -> (network: BranchedNetwork, parameters: ParameterStore) {
        if let network = try untrained(model) {
            try check(network)
            return (network, try .initial(for: network, seed: 1))
        }
        let trained = try ModelFolder(model).read(digest: Checksum.sha256)
        try check(trained.network)
        return (trained.network, trained.parameters)
    }

    /// The network that a description or a name stands for; `nil` where the argument is neither.
    static func untrained(_ model: String) throws -> BranchedNetwork? {
        let isKnown = BranchedNetwork.known.contains { $0.name == model }
        guard isKnown || BranchedNetwork.isDescription(model) else { return nil }
        return try BranchedNetwork(nameOrFile: model)
    }
}

import BranchyNet

extension Recipe {
    /// The recipe of a built-in network.
    ///
    /// - Throws: `NetworkError` where there is no network of that name.
    public static func builtIn(for name: String) throws -> Recipe {
        let network = try BranchedNetwork.named(name)
        guard let family = families.first(where: { $0.networks.contains(name) }) else {
            throw NetworkError(.unknownName, "there is no recipe for the network '\(name)'")
        }
        return family.recipe(network)
    }

    private struct Family {
        let networks: Set<String>
        let recipe: @Sendable (BranchedNetwork) -> Recipe
    }

    /// Networks that are trained alike.
    private static let families = [
        Family(networks: ["lenet", "b-lenet", "b-lenet-fast"], recipe: leNet),
        Family(
            networks: ["alexnet", "b-alexnet", "b-alexnet-fast"], recipe: alexNet),
        Family(
            networks: ["resnet110", "b-resnet110", "resnet110-fast", "b-resnet110-fast"],
            recipe: resNet110),
        Family(networks: ["b-photo", "photo"], recipe: photo),
    ]
}

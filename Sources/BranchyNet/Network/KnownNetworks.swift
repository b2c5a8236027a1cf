extension BranchedNetwork {
    /// The networks that can be asked for by name.
    public static let known = [bLeNet, leNet]

    /// The built-in network of a name.
    ///
    /// - Throws: ``NetworkError/Code/unknownName``, listing those there are.
    public static func named(_ name: String) throws(NetworkError) -> BranchedNetwork {
        guard let network = known.first(where: { $0.name == name }) else {
            throw NetworkError(
                .unknownName,
                "there is no network '\(name)'; known are "
                    + known.map(\.name).joined(separator: ", "))
        }
        return network
    }
}

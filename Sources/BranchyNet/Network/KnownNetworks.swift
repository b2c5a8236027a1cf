extension BranchedNetwork {
    /// The networks that can be asked for by name.
    ///
    /// Those of the paper have its authors' structure. Where the name ends in `-fast`, trunks are
    /// the standard ones and branches cost little of them.
    public static let known = [
        bLeNet, leNet, bLeNetFast, bAlexNet, alexNet, bAlexNetFast, bResNet110, resNet110,
        bResNet110Fast, resNet110Fast, bPhoto, photo,
    ]

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

public import BranchyNet

extension BranchedNetwork {
    /// Whether an argument is the path of a description rather than a name.
    package static func isDescription(_ argument: String) -> Bool { argument.hasSuffix(".json") }

    /// The built-in network of a name, or the one that a `.json` file describes.
    ///
    /// - Throws: `NetworkError` or `ModelError` where there is none.
    public init(nameOrFile argument: String) throws {
        self =
            try Self.isDescription(argument)
            ? BranchedNetwork(contentsOfFile: argument) : .named(argument)
    }
}

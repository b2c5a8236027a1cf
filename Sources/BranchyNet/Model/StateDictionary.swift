public import BranchyCompute

/// The parameters of a PyTorch module, as its `state_dict()` names them, from a safetensors file.
///
///     let weights = try StateDictionary(contentsOf: "resnet18.safetensors")
///     let parameters = try weights.parameters(for: network)
///
/// Tensors of `F32`, `F16` and `BF16` are read, the last two as 32-bit floats. Counters such as
/// `num_batches_tracked` are no parameters, and are left out.
public struct StateDictionary: Sendable {
    /// As large as a model's own parameters may be.
    private static let largestFile = 1 << 34
    /// How many names an error lists of a kind.
    private static let mostListed = 10

    /// The tensors of the file.
    public let tensors: ParameterStore
    /// The names of those that are not read, since they are no floating-point numbers.
    public let leftOut: [String]
    private let source: String

    /// Reads a file.
    ///
    /// - Throws: ``ModelError`` where it cannot be read or is no safetensors file.
    public init(contentsOf path: String) throws {
        let bytes = try AtomicFile.read(path, limit: Self.largestFile)
        let (tensors, leftOut) = try Safetensors.converting(bytes, source: path)
        (self.tensors, self.leftOut, source) = (tensors, leftOut.map(\.name), path)
    }

    /// The parameters of a network, by their names.
    ///
    /// - Throws: ``ModelError`` of code `corruptFile` with the names that are missing, those that the
    ///   network does not have, and those whose shapes differ; ``NetworkError`` where the network is
    ///   none.
    public func parameters(for network: BranchedNetwork) throws -> ParameterStore {
        let program = try network.plainProgram().program
        let expected = program.parameters.map { ($0.name, program.type(of: $0.value).shape) }
        let wanted = Set(expected.map(\.0))
        let missing = expected.map(\.0).filter { tensors[$0] == nil }
        let superfluous = tensors.names.filter { !wanted.contains($0) }
        let different = expected.compactMap { name, shape in
            tensors[name].flatMap {
                $0.shape == shape ? nil : "\(name) (\($0.shape), expected \(shape))"
            }
        }
        let faults = [
            ("missing", missing), ("not in the network", superfluous),
            ("of other sizes", different),
        ]
        let text = faults.filter { !$0.1.isEmpty }.map { "\($0): \(Self.list($1))" }
        guard text.isEmpty else {
            throw ModelError(
                .corruptFile,
                "\(source): not the parameters of '\(network.name)': \(text.joined(separator: "; "))"
            )
        }
        return try tensors.ordered(for: network)
    }

    private static func list(_ names: [String]) -> String {
        let more = names.count - mostListed
        return names.prefix(mostListed).joined(separator: ", ")
            + (more > 0 ? " and \(more) more" : "")
    }
}

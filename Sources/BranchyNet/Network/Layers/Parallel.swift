import BranchyCompute

/// Paths that all read one value, and what joins their results.
///
///     Parallel(join: .multiply) {                       // squeeze and excitation
///         Path {}
///         Path {
///             GlobalAveragePool2D(keepsDimensions: true)
///             Conv2D("fc1", inputChannels: 96, outputChannels: 24, kernelSize: 1)
///             ReLU()
///             Conv2D("fc2", inputChannels: 24, outputChannels: 96, kernelSize: 1)
///             Sigmoid()
///         }
///     }
///
/// A path without layers is the value itself. Shapes: sums are of paths that end in one shape;
/// products of one shape too, or of a first path in `[C, H, W]` and others in `[C, 1, 1]`;
/// concatenations of images of one height and width, whose channels are put one behind the other.
///
/// References: Szegedy et al., *Going Deeper with Convolutions*, CVPR 2015, section 4
/// (concatenation); Hu, Shen, Sun, *Squeeze-and-Excitation Networks*, CVPR 2018, section 3 (product).
public struct Parallel: Hashable, Sendable, Codable, LayerConvertible {
    /// What becomes of the paths' results.
    public enum Join: String, Hashable, Sendable, Codable {
        /// Their sum.
        case add
        /// Their channels, one path behind the other.
        case concatenate
        /// Their product.
        case multiply
    }

    /// In front of the names of the parameters of all paths; empty for none.
    public var name: String
    /// What becomes of the paths' results.
    public var join: Join
    /// Two or more paths.
    public var paths: [[Layer]]

    enum CodingKeys: String, CodingKey, CaseIterable { case name, join, paths }

    /// Describes paths by lists of layers.
    public init(name: String = "", join: Join, paths: [[Layer]]) {
        self.name = name
        self.join = join
        self.paths = paths
    }

    /// Describes paths by their layers.
    public init(_ name: String = "", join: Join, @PathBuilder _ paths: () -> [Path]) {
        self.init(name: name, join: join, paths: paths().map(\.layers))
    }

    /// This block as a case of ``Layer``.
    public var layer: Layer { .parallel(self) }
}

/// Layers one after the other, one of the paths of a ``Parallel``.
public struct Path: Hashable, Sendable {
    /// From what all paths read to what is joined; empty for the value itself.
    public var layers: [Layer]

    /// Describes a path by its layers, in order.
    public init(@LayerBuilder _ layers: () -> [Layer]) {
        self.layers = layers()
    }
}

/// Collects the paths of a ``Parallel``.
@resultBuilder
public enum PathBuilder {
    /// A path.
    public static func buildExpression(_ path: Path) -> [Path] { [path] }
    /// Paths beside one another.
    public static func buildBlock(_ paths: [Path]...) -> [Path] { paths.flatMap(\.self) }
    /// Paths from a loop.
    public static func buildArray(_ paths: [[Path]]) -> [Path] { paths.flatMap(\.self) }
    /// Paths that may be left out.
    public static func buildOptional(_ paths: [Path]?) -> [Path] { paths ?? [] }
    /// Paths of the first choice.
    public static func buildEither(first paths: [Path]) -> [Path] { paths }
    /// Paths of the second choice.
    public static func buildEither(second paths: [Path]) -> [Path] { paths }
}

extension Parallel {
    /// Reads an object with the properties' names as keys; `name` may be missing.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try container.decodeIfPresent(String.self, forKey: .name) ?? "",
            join: try container.decode(Join.self, forKey: .join),
            paths: try container.decode([[Layer]].self, forKey: .paths))
    }

    /// Writes what ``init(from:)`` reads.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(name.isEmpty ? nil : name, forKey: .name)
        try container.encode(join, forKey: .join)
        try container.encode(paths, forKey: .paths)
    }
}

extension Parallel: DescribedLayer {
    var summary: String {
        (name.isEmpty ? "" : "\(name): ") + "Parallel, \(paths.count) paths, \(join.rawValue)"
    }

    var innerLayers: [Layer] { paths.flatMap(\.self) }

    /// A path counts too: it may be empty, and there may be any number of them in a file.
    var ownCount: Int { 1 + paths.count }

    /// A sum or a product for each path but the first; one concatenation.
    var ownInstructionCount: Int { join == .concatenate ? 1 : max(paths.count - 1, 0) }

    var lastWeights: String? {
        let path = paths.reversed().lazy.compactMap(\.lastWeights).first
        return path.map { name.isEmpty ? $0 : "\(name).\($0)" }
    }

    func lower(
        _ source: Program.Value, in network: inout NetworkLowering, prefix: String
    ) throws(NetworkError) -> Program.Value {
        let place = prefix + summary
        if !name.isEmpty { try network.claim(prefix + name) }
        guard paths.count >= 2 else {
            throw network.error(
                .invalidValue, "layer \(place): expected two paths or more")
        }
        let inner = name.isEmpty ? prefix : "\(prefix)\(name)."
        var results: [Program.Value] = []
        try network.descend(at: place) { network throws(NetworkError) in
            for path in paths {
                results.append(try network.append(path, to: source, prefix: inner))
            }
        }
        return try joined(results, in: &network, at: place)
    }

    private func joined(
        _ results: [Program.Value], in network: inout NetworkLowering, at place: String
    ) throws(NetworkError) -> Program.Value {
        if join == .concatenate { return try network.append(.concatenate, results, at: place)[0] }
        var value = results[0]
        for other in results.dropFirst() {
            value = try network.append(
                join == .add ? .add : .multiply, [value, other], at: place)[0]
        }
        return value
    }
}

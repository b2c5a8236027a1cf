public import BranchyCompute

/// A place of the backbone where a branch may go: all that lies behind it reads one image.
public struct BranchPoint: Hashable, Sendable {
    /// How many layers of the backbone lie before it.
    public let layerCount: Int
    /// The name of the last convolution or block before it, such as `layer1.0`.
    public let name: String
    /// What a branch there reads: `[C, H, W]`.
    public let shape: Shape
    /// What one image costs up to there, branches not counted.
    public let multiplyAccumulates: Int
    /// What a branch there reads, in the program of the network without branches
    /// (``BranchedNetwork/plainProgram()``); one that inference runs computes it too, or what comes
    /// just before it.
    public let value: Program.Value
}

extension BranchedNetwork {
    /// Where branches may go, from the image on: behind what batch normalization, activation or
    /// dropout make of a layer's result, as long as that is an image.
    ///
    ///     for point in try network.branchPoints() { print(point.name, point.shape) }
    ///
    /// Within the paths of a ``Parallel`` or a ``Residual`` more than one value is alive, so they
    /// have none.
    ///
    /// - Throws: ``NetworkError`` where the description does not make a network.
    public func branchPoints() throws(NetworkError) -> [BranchPoint] {
        let plain = withoutBranches(name: name)
        let program = try plain.plainProgram().program
        let layers = plain.stages[0].backbone
        var rest = program.segments[0].instructions[...]
        var (work, name): (Int, String?) = (0, nil)
        var points: [BranchPoint] = []
        for (index, layer) in layers.enumerated() {
            let own = rest.prefix(layer.instructionCount)
            rest = rest.dropFirst(layer.instructionCount)
            work += own.reduce(0) { $0 + program.multiplyAccumulates(of: $1) }
            if layer.beginsPiece { name = layer.blockName ?? name }
            guard let name, let result = own.last?.results.first,
                layers.dropFirst(index + 1).first?.beginsPiece == true
            else { continue }
            let shape = program.type(of: result).shape
            guard shape.rank == 3 else { continue }
            points.append(
                BranchPoint(
                    layerCount: index + 1, name: name, shape: shape, multiplyAccumulates: work,
                    value: result))
        }
        return points
    }
}

extension Layer {
    /// Whether it is more than a change of what the layer before it computed.
    fileprivate var beginsPiece: Bool {
        switch self {
        case .conv2D, .linear, .maxPool2D, .flatten, .averagePool2D, .globalAveragePool2D,
            .residual, .parallel, .selectChannels:
            true
        case .reLU, .dropout, .batchNorm2D, .localResponseNorm, .channelShuffle, .clip, .sigmoid,
            .hardSigmoid, .hardSwish, .siLU, .gelu:
            false
        }
    }

    /// What people call it: a block by its own name, or by what the names in it begin with.
    fileprivate var blockName: String? {
        switch self {
        case .residual(let block): block.name
        case .parallel(let block): block.name.isEmpty ? block.commonName : block.name
        default: [self].lastWeights
        }
    }
}

extension Parallel {
    /// The names, cut at points, that all names in the block begin with; where they have nothing in
    /// common, the last of them.
    fileprivate var commonName: String? {
        let layers = paths.flatMap(\.self)
        let names = layers.compactMap { [$0].lastWeights }.map { $0.split(separator: ".") }
        guard let first = names.first else { return nil }
        let common = first.indices.first { index in
            names.contains { !$0.indices.contains(index) || $0[index] != first[index] }
        }
        let parts = first.prefix(common ?? first.count - 1).map(String.init)
        return parts.isEmpty ? lastWeights : parts.joined(separator: ".")
    }
}

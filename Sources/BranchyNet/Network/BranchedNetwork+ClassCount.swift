import BranchyCompute

extension BranchedNetwork {
    /// The same network for another number of classes: the fully connected layer or the convolution that
    /// gives each exit its logits has as many results, and so has each of them where these are a sum.
    /// `nil` where an exit's logits come from another layer.
    ///
    ///     let network = BranchedNetwork.bLeNet.classifying(26)
    ///
    /// Names stay, of the network and of its parameters.
    public func classifying(_ count: Int) -> BranchedNetwork? {
        guard count != classCount else { return self }
        var network = self
        network.classCount = count
        for index in stages.indices {
            let layers = stages[index].branch?.layers ?? stages[index].backbone
            guard let changed = layers.resultCount(from: classCount, to: count) else { return nil }
            if stages[index].branch == nil {
                network.stages[index].backbone = changed
            } else {
                network.stages[index].branch?.layers = changed
            }
        }
        return network
    }

    /// Whether this is a network of ``known``, for its number of classes and its size or others.
    public var isBuiltIn: Bool {
        Self.known.contains { known in
            known.name == name && known.inputShape.dimensions.first == inputShape.dimensions.first
                && known.classifying(classCount)?.stages == stages
        }
    }
}

extension [Layer] {
    /// These layers with another number of results of the last one that has weights, if that is a
    /// fully connected one of as many as are expected.
    fileprivate func resultCount(from expected: Int, to count: Int) -> [Layer]? {
        guard let index = lastIndex(where: { [$0].lastWeights != nil }),
            let last = self[index].resultCount(from: expected, to: count)
        else { return nil }
        var layers = self
        layers[index] = last
        return layers
    }
}

extension Layer {
    /// This layer with another number of results: a fully connected one or a convolution of as many as
    /// are expected, or a sum of paths that each end in one.
    fileprivate func resultCount(from expected: Int, to count: Int) -> Layer? {
        switch self {
        case .linear(var last) where last.outputFeatures == expected:
            last.outputFeatures = count
            return .linear(last)
        case .conv2D(var last) where last.outputChannels == expected && last.groups == 1:
            last.outputChannels = count
            return .conv2D(last)
        case .parallel(var block) where block.join == .add:
            let paths = block.paths.compactMap { $0.resultCount(from: expected, to: count) }
            guard paths.count == block.paths.count else { return nil }
            block.paths = paths
            return .parallel(block)
        default: return nil
        }
    }
}

import BranchyCompute

extension BranchedNetwork {
    /// The same network for another number of classes: the fully connected layer that gives each
    /// exit its logits has as many results. `nil` where an exit's logits come from another layer.
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
            case .linear(var last) = self[index], last.outputFeatures == expected
        else { return nil }
        last.outputFeatures = count
        var layers = self
        layers[index] = .linear(last)
        return layers
    }
}

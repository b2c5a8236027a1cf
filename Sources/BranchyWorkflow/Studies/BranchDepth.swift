import BranchyNet

extension BranchedNetwork {
    /// This network with its first branch only, and so many convolutions in it.
    ///
    /// The run from the branch's first convolution to its last is replaced by the first one and
    /// repetitions of it that keep its channels, with a ReLU between two of them; what lies before
    /// and behind stays.
    ///
    /// References: Teerapittayanon, McDanel, Kung, *BranchyNet*, ICPR 2016, section V.C and figure 5
    /// (a B-AlexNet with its first branch only).
    ///
    /// - Throws: `NetworkError` where there is no branch, something else than ReLU lies between its
    ///   convolutions, or the layers behind do not fit the repetitions.
    func withBranchConvolutions(_ count: Int) throws -> BranchedNetwork {
        guard count >= 1 else {
            throw NetworkError(
                .invalidValue,
                "a branch of '\(name)' with \(count) convolutions, expected 1 or more")
        }
        guard let stage = stages.first, var branch = stage.branch else {
            throw NetworkError(.invalidValue, "'\(name)' has no branch to vary")
        }
        branch.layers = try branch.layers.withConvolutions(count, in: "'\(name)', \(branch.name)")
        let varied = BranchedNetwork(
            name: "\(name)-depth\(count)", inputShape: inputShape, classCount: classCount,
            stages: [
                Stage(backbone: stage.backbone, branch: branch),
                Stage(backbone: stages.dropFirst().flatMap(\.backbone), branch: nil),
            ])
        do {
            _ = try varied.plainProgram()
        } catch {
            throw NetworkError(
                error.code,
                "the branch of '\(name)' cannot have \(count) convolutions like its first: "
                    + error.message)
        }
        return varied
    }
}

extension [Layer] {
    fileprivate func withConvolutions(_ count: Int, in place: String) throws -> [Layer] {
        guard let first = firstIndex(where: \.isConvolution),
            let last = lastIndex(where: \.isConvolution),
            case .conv2D(var convolution) = self[first],
            self[first...last].allSatisfy({ $0.isConvolution || $0 == .reLU(ReLU()) })
        else {
            throw NetworkError(
                .invalidValue,
                "\(place): expected convolutions with nothing but ReLU between them, to vary their "
                    + "number")
        }
        var layers: [Layer] = []
        for number in 1...count {
            convolution.name = "conv\(number)"
            layers += (number > 1 ? [.reLU(ReLU())] : []) + [.conv2D(convolution)]
            convolution.inputChannels = convolution.outputChannels
        }
        return self[..<first] + layers + self[(last + 1)...]
    }
}

extension Layer {
    fileprivate var isConvolution: Bool {
        if case .conv2D = self { true } else { false }
    }
}

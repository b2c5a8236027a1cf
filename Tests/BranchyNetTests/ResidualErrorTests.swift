import BranchyCompute
import BranchyNet
import Testing

/// Faults of normalizations and residual blocks are refused with their place.
struct ResidualErrorTests {
    @Test func aLayerInABlockIsNamed() {
        let failure = failure {
            Residual("layer1.0") {
                ReLU()
                Conv2D("conv1", inputChannels: 5, outputChannels: 4, kernelSize: 1)
            }
        }
        #expect(failure?.code == .shapeMismatch)
        #expect(
            failure?.message.hasPrefix("network 'n': layer layer1.0.conv1: Conv2D 5 → 4, 1×1: ")
                == true)
    }

    @Test func aBlockWhoseEndsDifferIsNamed() {
        let failure = failure {
            Residual("wide", shortcut: Shortcut(channelsAfter: 1)) { ReLU() }
        }
        #expect(failure?.code == .shapeMismatch)
        #expect(
            failure?.message
                == "network 'n': layer wide: Residual, shortcut 1 channels after: add got "
                + "(Nx4x6x6 float32, Nx5x6x6 float32), expected two values of one shape")
    }

    @Test(arguments: [
        BatchNorm2D("bn", channels: 5).layer,
        LocalResponseNorm(size: 2, alpha: 1, beta: 1, k: 1).layer,
        LocalResponseNorm(size: 3, alpha: -1, beta: 1, k: 1).layer,
        LocalResponseNorm(size: 3, alpha: 1, beta: .nan, k: 1).layer,
        LocalResponseNorm(size: 3, alpha: 1, beta: 1, k: 0).layer,
        AveragePool2D(kernelSize: 7, stride: 1).layer,
        Residual("r", shortcut: Shortcut(stride: 0)) { ReLU() }.layer,
        Residual("r", shortcut: Shortcut(channelsBefore: -1)) { ReLU() }.layer,
        Residual("r", shortcut: Shortcut(channelsAfter: .max)) { ReLU() }.layer,
    ])
    func aLayerThatDoesNotFitIsNamed(layer: Layer) {
        let failure = failure { [layer] }
        #expect(failure?.code == .shapeMismatch)
        #expect(failure?.message.hasPrefix("network 'n': layer \(layer): ") == true)
    }

    @Test(arguments: [Int.min, -1, 0, 4097, 1 << 40, Int.max])
    func hostileSizes(size: Int) {
        let layers = [
            BatchNorm2D("bn", channels: size).layer,
            LocalResponseNorm(size: size, alpha: 1, beta: 1, k: 1).layer,
            AveragePool2D(kernelSize: Extent2D(size), stride: 1).layer,
            AveragePool2D(kernelSize: 1, stride: Extent2D(size)).layer,
        ]
        for layer in layers { #expect(failure { [layer] } != nil, "\(layer)") }
    }

    @Test func flatFeaturesAreNoImage() {
        for layer in [BatchNorm2D("bn", channels: 144).layer, GlobalAveragePool2D().layer] {
            let failure = failure {
                Flatten()
                [layer]
            }
            #expect(failure?.code == .shapeMismatch)
        }
    }

    @Test func aBlockWithoutLayers() {
        let failure = failure { Residual("empty") {} }
        #expect(failure?.code == .invalidValue)
        #expect(failure?.message.contains("layer empty: Residual") == true)
    }

    @Test(arguments: [("r", "r"), ("r", "r.conv"), ("r.conv", "r")])
    func aNameUsedTwice(first: String, second: String) {
        let failure = failure {
            for name in [first, second] {
                Residual(name) {
                    Conv2D("conv", inputChannels: 4, outputChannels: 4, kernelSize: 1)
                }
            }
        }
        #expect(failure?.code == .duplicateName)
    }

    @Test func anEmptyName() {
        #expect(failure { Residual("") { ReLU() } }?.code == .invalidValue)
    }

    @Test func blocksThatLieTooDeep() throws {
        func network(depth: Int) -> BranchedNetwork {
            let layer = (0..<depth).reduce(ReLU().layer) { layer, index in
                Residual(name: "r\(index)", body: [layer]).layer
            }
            return BranchedNetwork("n", inputShape: [1, 1, 2], classCount: 2) {
                [layer]
                Flatten()
            }
        }
        _ = try network(depth: Layer.deepestNesting).plainProgram()
        let failure = #expect(throws: NetworkError.self) {
            try network(depth: Layer.deepestNesting + 1).plainProgram()
        }
        #expect(failure?.message.contains("more than 8 blocks deep") == true)
    }

    private func failure(
        @NetworkBuilder _ content: () -> [NetworkBuilder.Element]
    ) -> NetworkError? {
        let network = BranchedNetwork("n", inputShape: [4, 6, 6], classCount: 2, content)
        return #expect(throws: NetworkError.self) { try network.plainProgram() }
    }
}

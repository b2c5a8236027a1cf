import BranchyCompute
import BranchyNet
import TestSupport

extension BranchedNetwork {
    /// Every kind of normalization, pooling and shortcut, with a branch.
    static let normalized = BranchedNetwork("normalized", inputShape: [2, 9, 8], classCount: 3) {
        Conv2D(
            "conv", inputChannels: 2, outputChannels: 4, kernelSize: 3, padding: 1, hasBias: false)
        BatchNorm2D("bn", channels: 4)
        ReLU()
        Residual("layer1.0") {
            Conv2D("conv1", inputChannels: 4, outputChannels: 4, kernelSize: 3, padding: 1)
            BatchNorm2D("bn1", channels: 4)
            ReLU()
            Conv2D("conv2", inputChannels: 4, outputChannels: 4, kernelSize: 3, padding: 1)
            BatchNorm2D("bn2", channels: 4)
        }
        ReLU()
        Branch("branch") {
            LocalResponseNorm(size: 3, alpha: 0.5, beta: 0.75, k: 2)
            AveragePool2D(kernelSize: 3, stride: 2, rounding: .ceiling)
            BatchNorm2D("bn", channels: 4)
            Flatten()
            Linear("linear", inputFeatures: 64, outputFeatures: 3)
        }
        Residual(
            "layer2.0", shortcut: Shortcut(stride: 2, channelsBefore: 1, channelsAfter: 2)
        ) {
            Conv2D(
                "conv1", inputChannels: 4, outputChannels: 7, kernelSize: 3, stride: 2,
                padding: 1, hasBias: false)
            BatchNorm2D("bn1", channels: 7)
            Residual("inner") { ReLU() }
        }
        ReLU()
        GlobalAveragePool2D()
        Linear("linear", inputFeatures: 7, outputFeatures: 3)
    }
}

extension Feed {
    /// Random numbers for a network's plain program, variances where they can be.
    static func random(for network: BranchedNetwork, batchSize: Int = 2) throws -> Feed {
        var feed = Feed(for: try network.plainProgram().program, batchSize: batchSize)
        feed.makeVariancesPositive()
        return feed
    }
}

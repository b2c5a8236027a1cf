import BranchyCompute

extension BranchedNetwork {
    /// B-ResNet-110: ResNet-110 with a branch behind its first layer and one behind its first
    /// third, for 32×32 colour images.
    ///
    /// The structure is that of the authors' code: a stem without padding, so maps of 30×30, a bias
    /// in every convolution, zero channels in front of the shortcuts' own, and 3×3 maps in the end.
    ///
    /// References: Teerapittayanon, McDanel, Kung, *BranchyNet*, ICPR 2016, section IV.A and the
    /// accompanying code.
    public static let bResNet110 = BranchedNetwork(
        "b-resnet110", inputShape: [3, 32, 32], classCount: 10
    ) {
        Conv2D("conv1", inputChannels: 3, outputChannels: 16, kernelSize: 3)
        BatchNorm2D("bn1", channels: 16)
        ReLU()
        Branch("branch1") {
            Conv2D("conv1", inputChannels: 16, outputChannels: 64, kernelSize: 5, padding: 2)
            ReLU()
            LocalResponseNorm(size: 3, alpha: 5e-5, beta: 0.75, k: 2)
            Conv2D("conv2", inputChannels: 64, outputChannels: 32, kernelSize: 3, padding: 1)
            ReLU()
            Conv2D("conv3", inputChannels: 32, outputChannels: 32, kernelSize: 3, padding: 1)
            ReLU()
            Flatten()
            Linear("linear", inputFeatures: 28_800, outputFeatures: 10)
        }
        for index in 0..<18 { resNetBlock("layer1.\(index)", from: 16, to: 16, as: .paper) }
        Branch("branch2") {
            resNetBlock("block", from: 16, to: 16, as: .paper)
            Flatten()
            Linear("linear", inputFeatures: 14_400, outputFeatures: 10)
        }
        for index in 0..<18 {
            resNetBlock("layer2.\(index)", from: index == 0 ? 16 : 32, to: 32, as: .paper)
        }
        for index in 0..<18 {
            resNetBlock("layer3.\(index)", from: index == 0 ? 32 : 64, to: 64, as: .paper)
        }
        AveragePool2D(kernelSize: 6, stride: 1)
        Flatten()
        Linear("linear", inputFeatures: 576, outputFeatures: 10)
    }

    /// ResNet-110 of the paper's variant: ``bResNet110`` without its branches.
    public static let resNet110 = bResNet110.withoutBranches(name: "resnet110")

    /// B-ResNet-110 of the fast variant: the standard trunk, and two branches of two strided
    /// convolutions each, behind a sixth and behind half of the work.
    ///
    /// References: He, Zhang, Ren, Sun, *Deep Residual Learning for Image Recognition*, CVPR 2016,
    /// section 4.2, for the trunk.
    public static let bResNet110Fast = BranchedNetwork(
        "b-resnet110-fast", inputShape: [3, 32, 32], classCount: 10
    ) {
        Conv2D(
            "conv1", inputChannels: 3, outputChannels: 16, kernelSize: 3, padding: 1,
            hasBias: false)
        BatchNorm2D("bn1", channels: 16)
        ReLU()
        for index in 0..<18 {
            resNetBlock("layer1.\(index)", from: 16, to: 16, as: .standard)
            if index == 8 { stridedBranch("branch1", from: 16) }
        }
        for index in 0..<18 {
            resNetBlock("layer2.\(index)", from: index == 0 ? 16 : 32, to: 32, as: .standard)
            if index == 8 { stridedBranch("branch2", from: 32) }
        }
        for index in 0..<18 {
            resNetBlock("layer3.\(index)", from: index == 0 ? 32 : 64, to: 64, as: .standard)
        }
        GlobalAveragePool2D()
        Linear("linear", inputFeatures: 64, outputFeatures: 10)
    }

    /// ResNet-110 of the fast variant: ``bResNet110Fast`` without its branches.
    public static let resNet110Fast = bResNet110Fast.withoutBranches(name: "resnet110-fast")

    /// Two convolutions that halve the size and double the channels, then the mean of each.
    static func stridedBranch(_ name: String, from channels: Int) -> Branch {
        Branch(name) {
            for (number, inputs) in [(1, channels), (2, 2 * channels)] {
                Conv2D(
                    "conv\(number)", inputChannels: inputs, outputChannels: 2 * inputs,
                    kernelSize: 3, stride: 2, padding: 1, hasBias: false)
                BatchNorm2D("bn\(number)", channels: 2 * inputs)
                ReLU()
            }
            GlobalAveragePool2D()
            Linear("linear", inputFeatures: 4 * channels, outputFeatures: 10)
        }
    }
}

/// Two convolutions of a ResNet around their shortcut, and the ReLU behind the sum.
func resNetBlock(
    _ name: String, from inputs: Int, to outputs: Int, as kind: ResNetKind
) -> [Layer] {
    let stride = inputs == outputs ? 1 : 2
    let zeros = outputs - inputs
    let shortcut = Shortcut(
        stride: stride, channelsBefore: kind == .paper ? zeros : 0,
        channelsAfter: kind == .paper ? 0 : zeros)
    let body = Residual(name, shortcut: shortcut) {
        Conv2D(
            "conv1", inputChannels: inputs, outputChannels: outputs, kernelSize: 3,
            stride: Extent2D(stride), padding: 1, hasBias: kind == .paper)
        BatchNorm2D("bn1", channels: outputs)
        ReLU()
        Conv2D(
            "conv2", inputChannels: outputs, outputChannels: outputs, kernelSize: 3, padding: 1,
            hasBias: kind == .paper)
        BatchNorm2D("bn2", channels: outputs)
    }
    return [body.layer, ReLU().layer]
}

enum ResNetKind { case paper, standard }

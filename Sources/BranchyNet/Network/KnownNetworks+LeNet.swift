import BranchyCompute

extension BranchedNetwork {
    /// B-LeNet: LeNet with one branch after its first convolution, for 28×28 grey images.
    ///
    /// The structure is that of the authors' code: every max pooling has ceiling sizes, and nothing
    /// lies between the last two fully connected layers.
    ///
    /// References: Teerapittayanon, McDanel, Kung, *BranchyNet*, ICPR 2016, section IV.A and the
    /// accompanying code.
    public static let bLeNet = BranchedNetwork("b-lenet", inputShape: [1, 28, 28], classCount: 10) {
        Conv2D("conv1", inputChannels: 1, outputChannels: 5, kernelSize: 5, padding: 3)
        Branch("branch1") {
            MaxPool2D(kernelSize: 2, stride: 2, rounding: .ceiling)
            ReLU()
            Conv2D("conv", inputChannels: 5, outputChannels: 10, kernelSize: 3, padding: 1)
            MaxPool2D(kernelSize: 2, stride: 2, rounding: .ceiling)
            ReLU()
            Flatten()
            Linear("linear", inputFeatures: 640, outputFeatures: 10)
        }
        leNetEnd
    }

    /// LeNet: ``bLeNet`` without its branch, and ``bLeNetFast`` without its.
    public static let leNet = bLeNet.withoutBranches(name: "lenet")

    /// B-LeNet of the fast variant: the same trunk, and one branch, which looks at the image itself.
    ///
    /// Sixteen filters, four pixels apart, are enough to answer most images before the trunk begins,
    /// for three per cent of its work.
    public static let bLeNetFast = BranchedNetwork(
        "b-lenet-fast", inputShape: [1, 28, 28], classCount: 10
    ) {
        Branch("branch1") {
            Conv2D(
                "conv", inputChannels: 1, outputChannels: 16, kernelSize: 7, stride: 4, padding: 1)
            ReLU()
            Flatten()
            Linear("linear", inputFeatures: 576, outputFeatures: 10)
        }
        Conv2D("conv1", inputChannels: 1, outputChannels: 5, kernelSize: 5, padding: 3)
        leNetEnd
    }

    /// From the first convolution's result to the logits.
    @LayerBuilder private static var leNetEnd: [Layer] {
        MaxPool2D(kernelSize: 2, stride: 2, rounding: .ceiling)
        ReLU()
        Conv2D("conv2", inputChannels: 5, outputChannels: 10, kernelSize: 5, padding: 3)
        MaxPool2D(kernelSize: 2, stride: 2, rounding: .ceiling)
        ReLU()
        Conv2D("conv3", inputChannels: 10, outputChannels: 20, kernelSize: 5, padding: 3)
        MaxPool2D(kernelSize: 2, stride: 2, rounding: .ceiling)
        ReLU()
        Flatten()
        Linear("linear1", inputFeatures: 720, outputFeatures: 84)
        Linear("linear2", inputFeatures: 84, outputFeatures: 10)
    }
}

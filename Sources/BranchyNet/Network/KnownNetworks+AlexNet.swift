import BranchyCompute

extension BranchedNetwork {
    /// B-AlexNet: AlexNet with a branch after each of its second and third convolutions, for 32×32
    /// colour images.
    ///
    /// The structure is that of the authors' code: convolutions of 32 to 96 filters, ceiling sizes
    /// in every max pooling, and α of the local response normalization not divided by its size.
    ///
    /// References: Teerapittayanon, McDanel, Kung, *BranchyNet*, ICPR 2016, section IV.A and the
    /// accompanying code.
    public static let bAlexNet = BranchedNetwork(
        "b-alexnet", inputShape: [3, 32, 32], classCount: 10
    ) {
        conv("conv1", 3, 32, kernelSize: 5)
        reLUPoolAndNorm
        conv("conv2", 32, 64, kernelSize: 5)
        Branch("branch1") {
            reLUPoolAndNorm
            conv("conv1", 64, 32)
            ReLU()
            conv("conv2", 32, 32)
            reLUAndPool
            Flatten()
            Linear("linear", inputFeatures: 512, outputFeatures: 10)
        }
        reLUPoolAndNorm
        conv("conv3", 64, 96)
        Branch("branch2") {
            reLUPoolAndNorm
            conv("conv", 96, 32)
            reLUAndPool
            Flatten()
            Linear("linear", inputFeatures: 128, outputFeatures: 10)
        }
        alexNetEnd
    }

    /// AlexNet: ``bAlexNet`` without its branches, and ``bAlexNetFast`` without its branch.
    public static let alexNet = bAlexNet.withoutBranches(name: "alexnet")

    /// B-AlexNet of the fast variant: the same trunk, and one branch, right behind the first
    /// convolution's pooling.
    ///
    /// Two small convolutions with batch normalization are enough to answer most images, after a
    /// quarter of the work.
    public static let bAlexNetFast = BranchedNetwork(
        "b-alexnet-fast", inputShape: [3, 32, 32], classCount: 10
    ) {
        conv("conv1", 3, 32, kernelSize: 5)
        reLUPoolAndNorm
        Branch("branch1") {
            normalizedConv(1, 32, 32)
            pool
            normalizedConv(2, 32, 96)
            pool
            Flatten()
            Linear("linear", inputFeatures: 1536, outputFeatures: 10)
        }
        conv("conv2", 32, 64, kernelSize: 5)
        reLUPoolAndNorm
        conv("conv3", 64, 96)
        alexNetEnd
    }

    /// From the third convolution's result to the logits.
    @LayerBuilder private static var alexNetEnd: [Layer] {
        ReLU()
        conv("conv4", 96, 96)
        ReLU()
        conv("conv5", 96, 64)
        reLUAndPool
        Flatten()
        Linear("linear1", inputFeatures: 1024, outputFeatures: 256)
        ReLU()
        Dropout("dropout1", rate: 0.5)
        Linear("linear2", inputFeatures: 256, outputFeatures: 128)
        ReLU()
        Dropout("dropout2", rate: 0.5)
        Linear("linear3", inputFeatures: 128, outputFeatures: 10)
    }

    @LayerBuilder private static var reLUPoolAndNorm: [Layer] {
        reLUAndPool
        LocalResponseNorm(size: 3, alpha: 5e-5, beta: 0.75, k: 2)
    }

    @LayerBuilder private static var reLUAndPool: [Layer] {
        ReLU()
        pool
    }

    @LayerBuilder private static var pool: [Layer] {
        MaxPool2D(kernelSize: 3, stride: 2, rounding: .ceiling)
    }

    @LayerBuilder private static func normalizedConv(
        _ number: Int, _ inputs: Int, _ outputs: Int
    ) -> [Layer] {
        Conv2D(
            "conv\(number)", inputChannels: inputs, outputChannels: outputs, kernelSize: 3,
            padding: 1, hasBias: false)
        BatchNorm2D("bn\(number)", channels: outputs)
        ReLU()
    }

    /// A convolution that keeps height and width.
    private static func conv(
        _ name: String, _ inputs: Int, _ outputs: Int, kernelSize: Int = 3
    ) -> Conv2D {
        Conv2D(
            name, inputChannels: inputs, outputChannels: outputs,
            kernelSize: Extent2D(kernelSize), padding: Padding2D(kernelSize / 2))
    }
}

import BranchyCompute

extension BranchedNetwork {
    /// B-Photo: a residual network of 13 convolutions with one branch, for colour photographs of any
    /// size; 96 pixels a side unless it is ``resized(toSide:)``.
    ///
    /// A quarter of the size is reached before the first block, so that the work stays small: 66
    /// million multiplications for 96 pixels. The branch stands behind two fifths of them. Means over
    /// the map make it fit any size.
    ///
    /// References: He, Zhang, Ren, Sun, *Deep Residual Learning for Image Recognition*, CVPR 2016.
    public static let bPhoto = BranchedNetwork(
        "b-photo", inputShape: [3, 96, 96], classCount: 10
    ) {
        Conv2D(
            "conv1", inputChannels: 3, outputChannels: 32, kernelSize: 3, stride: 2, padding: 1,
            hasBias: false)
        BatchNorm2D("bn1", channels: 32)
        ReLU()
        MaxPool2D(kernelSize: 3, stride: 2, rounding: .ceiling)
        for index in 0..<2 { resNetBlock("layer1.\(index)", from: 32, to: 32, as: .standard) }
        stridedBranch("branch1", from: 32)
        for index in 0..<2 {
            resNetBlock("layer2.\(index)", from: index == 0 ? 32 : 64, to: 64, as: .standard)
        }
        for index in 0..<2 {
            resNetBlock("layer3.\(index)", from: index == 0 ? 64 : 128, to: 128, as: .standard)
        }
        GlobalAveragePool2D()
        Linear("linear", inputFeatures: 128, outputFeatures: 10)
    }

    /// B-Photo without its branch.
    public static let photo = bPhoto.withoutBranches(name: "photo")

    /// Whether its images have the size of the data unless another one is asked for.
    package var sizeFollowsData: Bool {
        [Self.bPhoto, .photo].contains { $0.name == name && $0.inputShape == inputShape }
    }

    /// The same network for square images of another size. Whether its layers fit that is checked
    /// when it is lowered; networks that end in a mean over the map fit most sizes.
    public func resized(toSide side: Int) -> BranchedNetwork {
        var network = self
        network.inputShape = [inputShape.dimensions.first ?? 1, side, side]
        return network
    }
}

package import BranchyCompute

/// What a branch is made of that is put on a trained network: from the value at a ``BranchPoint`` to
/// the logits.
public enum BranchHead: String, Hashable, Sendable, CaseIterable {
    /// The mean of each channel, and a fully connected layer.
    case linear
    /// Two convolutions of 3x3 with batch normalization and ReLU, then as `linear`: 96 channels, or
    /// as many as the work allows that the head may take, 32 at least.
    ///
    /// References: Huang et al., *Multi-Scale Dense Networks for Resource Efficient Image
    /// Classification*, ICLR 2018, section 4 (classifiers).
    case conv
    /// Means of the whole image and of its quarters, and a fully connected layer over all of them.
    case twoScale = "two-scale"

    /// How much of a network's work a head may take where nothing else is said.
    public static let standardShare = 0.03
}

extension BranchHead {
    /// The largest layers of this kind that take no more work than is allowed.
    ///
    /// - Parameters:
    ///   - shape: of what they read, `[C, H, W]`.
    ///   - allowed: in multiply-accumulates per image.
    /// - Returns: the layers and their work, or the least work that the kind takes, where that is
    ///   more; `nil` where an image of the shape has no such head.
    package func layers(
        reading shape: Shape, classCount: Int, allowed: Int
    ) throws(NetworkError) -> (layers: [Layer]?, work: Int)? {
        var least: Int?
        for layers in choices(reading: shape, classCount: classCount) {
            let network = BranchedNetwork(
                name: rawValue, inputShape: shape, classCount: classCount,
                stages: [Stage(backbone: layers, branch: nil)])
            let work = try network.plainProgram().program.multiplyAccumulates(inSegment: 0)
            if work <= allowed { return (layers, work) }
            least = min(least ?? work, work)
        }
        return least.map { (nil, $0) }
    }

    /// The layers that there are of this kind, those that are taken first in front.
    private func choices(reading shape: Shape, classCount: Int) -> [[Layer]] {
        switch self {
        case .linear: [Self.linear(channels: shape[0], classCount: classCount)]
        case .conv:
            Self.strides(reading: shape).flatMap { stride in
                [96, 80, 64, 48, 32].map { channels in
                    Self.convolutions(from: shape[0], to: channels, stride: stride)
                        + Self.linear(channels: channels, classCount: classCount)
                }
            }
        case .twoScale:
            min(shape[1], shape[2]) < 2 ? [] : [Self.twoScale(shape, classCount: classCount)]
        }
    }

    /// Of the first convolution. Half as many rows and columns tell as much, where there are many.
    private static func strides(reading shape: Shape) -> [Int] {
        let side = min(shape[1], shape[2])
        return (side > 8 ? [2, 4] : [1, 2]).filter { $0 == 1 || $0 < side }
    }

    private static func linear(channels: Int, classCount: Int) -> [Layer] {
        [
            GlobalAveragePool2D().layer,
            Linear("linear", inputFeatures: channels, outputFeatures: classCount).layer,
        ]
    }

    private static func convolutions(from source: Int, to channels: Int, stride: Int) -> [Layer] {
        [(1, source, stride), (2, channels, 2)].flatMap { number, source, stride in
            [
                Conv2D(
                    "conv\(number)", inputChannels: source, outputChannels: channels,
                    kernelSize: 3, stride: Extent2D(stride), padding: 1, hasBias: false
                ).layer,
                BatchNorm2D("bn\(number)", channels: channels).layer, ReLU().layer,
            ]
        }
    }

    /// What a fully connected layer makes of values behind one another is a sum of what two make of
    /// each.
    private static func twoScale(_ shape: Shape, classCount: Int) -> [Layer] {
        let (rows, columns) = (shape[1], shape[2])
        let quarters = AveragePool2D(
            kernelSize: Extent2D(height: (rows + 1) / 2, width: (columns + 1) / 2),
            stride: Extent2D(height: rows / 2, width: columns / 2))
        return [
            Parallel(
                join: .add,
                paths: [
                    [
                        GlobalAveragePool2D().layer,
                        Linear("whole", inputFeatures: shape[0], outputFeatures: classCount).layer,
                    ],
                    [
                        quarters.layer, Flatten().layer,
                        Linear(
                            "quarters", inputFeatures: 4 * shape[0], outputFeatures: classCount,
                            hasBias: false
                        ).layer,
                    ],
                ]
            ).layer
        ]
    }
}

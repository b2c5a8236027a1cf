import BranchyCompute
import BranchyNet
import Testing

/// Branches are put where one image is alive, as large as the work allows, and change nothing else.
struct BranchingTests {
    private static let plain = BranchedNetwork(
        "plain", inputShape: [3, 32, 32], classCount: 10
    ) {
        Conv2D("conv1", inputChannels: 3, outputChannels: 16, kernelSize: 3, padding: 1)
        ReLU()
        for (name, stride) in [("layer1.0", 2), ("layer1.1", 1), ("layer2.0", 2)] {
            Residual(name, shortcut: Shortcut(stride: stride)) {
                Conv2D(
                    "conv1", inputChannels: 16, outputChannels: 16, kernelSize: 3,
                    stride: Extent2D(stride), padding: 1)
            }
            ReLU()
        }
        GlobalAveragePool2D()
        Linear("fc", inputFeatures: 16, outputFeatures: 10)
    }

    @Test func standWhereTheyAreAskedForInTheOrderOfTheNetwork() throws {
        let network = try Self.plain.branched(at: ["layer2.0", "layer1"], head: .linear)
        #expect(network.name == "b-plain")
        #expect(network.exitNames == ["branch1", "branch2", "final exit"])
        #expect(network.stages.map(\.backbone.count) == [6, 2, 2])
        #expect(network.withoutBranches(name: "plain") == Self.plain)
    }

    @Test(
        arguments: [
            ("conv1", "conv1"), ("layer1", "layer1.1"), ("layer1.0", "layer1.0"),
            ("0%", "conv1"), ("100%", "layer2.0"), ("55%", "layer1.0"),
        ])
    func areNamedByTheirPlaceOrAShareOfTheWork(place: String, name: String) throws {
        // Multiply-accumulates: 442,368, then 589,824 twice and 147,456 of 1,769,632.
        #expect(try Self.plain.branchPoint(at: place).name == name)
    }

    @Test(arguments: ["layer", "layer3", "", "101%", "-1%", "%", "nan%", "fc"])
    func namesOfNoPlaceAreRefusedWithThoseThereAre(place: String) throws {
        let error = #expect(throws: NetworkError.self) {
            try Self.plain.branched(at: [place], head: .linear)
        }
        #expect(error?.code == .unknownName)
        #expect(
            error?.message.contains("places are conv1, layer1.0, layer1.1, layer2.0,") == true)
    }

    @Test func onePlaceHasOneBranchAndABranchedNetworkGetsNoMore() throws {
        for places in [["layer1", "layer1.1"], ["50%", "conv1", "50%"]] {
            #expect(throws: NetworkError.self) {
                try Self.plain.branched(at: places, head: .linear)
            }
        }
        let network = try Self.plain.branched(at: ["conv1"], head: .linear)
        #expect(throws: NetworkError.self) { try network.branched(at: ["layer1"], head: .linear) }
    }

    /// Behind layer1.0 images have 16x16 pixels. Two convolutions take 9·16·c·64 + 9·c·c·16 + 10·c
    /// of a first stride of 2, and 9·16·c·16 + 9·c·c·4 + 10·c of one of 4.
    @Test(
        arguments: [
            (774_624, 48, 2), (774_623, 32, 2), (442_688, 32, 2), (442_687, 80, 4),
            (110_912, 32, 4),
        ])
    func haveAsManyChannelsAsTheWorkAllows(work: Int, channels: Int, stride: Int) throws {
        let share = (Double(work) + 0.5) / 1_769_632
        let network = try Self.plain.branched(at: ["layer1.0"], head: .conv, share: share)
        guard case .conv2D(let conv)? = network.stages[0].branch?.layers[0] else {
            Issue.record("no convolution")
            return
        }
        #expect(conv.outputChannels == channels)
        #expect(conv.stride == Extent2D(stride))
    }

    @Test func whatDoesNotFitIsRefusedWithWhatWould() throws {
        let error = #expect(throws: NetworkError.self) {
            try Self.plain.branched(at: ["layer1.0"], head: .conv, share: 0.05)
        }
        #expect(
            error?.message.contains("smallest conv head takes 6.27 %") == true,
            "\(error?.message ?? "")")
        _ = try Self.plain.branched(at: ["layer1.0"], head: .conv, share: 0.0627)
    }

    /// Of every kind, on images of any size that has one.
    @Test(arguments: BranchHead.allCases, [1, 2, 3, 7, 8, 9, 17])
    func fitImagesOfAnySize(head: BranchHead, side: Int) throws {
        let network = BranchedNetwork("n", inputShape: [2, side, side + 1], classCount: 3) {
            Conv2D("a", inputChannels: 2, outputChannels: 4, kernelSize: 1)
            ReLU()
            Flatten()
            Linear("fc", inputFeatures: 4 * side * (side + 1), outputFeatures: 3)
        }
        // The network is far smaller than a head of convolutions.
        guard
            let (layers, work) = try head.layers(
                reading: [4, side, side + 1], classCount: 3, allowed: .max)
        else {
            #expect(head == .twoScale && side == 1)
            let error = #expect(throws: NetworkError.self) {
                try network.branched(at: ["a"], head: head, share: 1)
            }
            #expect(error?.message.contains("take a linear one") == true)
            return
        }
        #expect(layers != nil && work > 0)
    }
}

import BranchyCompute
import BranchyNet
import TestSupport
import Testing

/// Paths beside one another: how they are described, lowered and refused.
struct ParallelTests {
    /// Every join, a path in a path, and every layer that came with them.
    static let everyJoin = BranchedNetwork("paths", inputShape: [3, 9, 8], classCount: 3) {
        Conv2D("stem", inputChannels: 3, outputChannels: 8, kernelSize: 3, padding: 1)
        HardSwish()
        Parallel("block", join: .add) {
            Path {}
            Path {
                Conv2D(
                    "depthwise", inputChannels: 8, outputChannels: 8, kernelSize: 3, padding: 1,
                    groups: 8, hasBias: false)
                BatchNorm2D("bn", channels: 8, epsilon: 1e-3)
                SiLU()
                Parallel("se", join: .multiply) {
                    Path {}
                    Path {
                        GlobalAveragePool2D(keepsDimensions: true)
                        Conv2D("fc1", inputChannels: 8, outputChannels: 2, kernelSize: 1)
                        GELU()
                        Conv2D("fc2", inputChannels: 2, outputChannels: 8, kernelSize: 1)
                        Sigmoid()
                    }
                }
            }
        }
        Branch("early") {
            GlobalAveragePool2D()
            Linear("linear", inputFeatures: 8, outputFeatures: 3)
        }
        Parallel(join: .concatenate) {
            Path { SelectChannels(first: 0, count: 3) }
            Path {
                SelectChannels(first: 3, count: 5)
                Conv2D(
                    "wide", inputChannels: 5, outputChannels: 5,
                    kernelSize: Extent2D(height: 1, width: 3),
                    padding: Padding2D(Extent2D(height: 0, width: 1)))
                Clip(minimum: -0.5, maximum: 6)
            }
        }
        ChannelShuffle(groups: 2)
        AveragePool2D(kernelSize: 3, stride: 2, padding: 1, countsPadding: true)
        MaxPool2D(kernelSize: 3, stride: 2, padding: 1)
        HardSigmoid()
        GELU(approximation: .tanh)
        GlobalAveragePool2D()
        Linear("linear", inputFeatures: 8, outputFeatures: 3)
    }

    @Test func isDescribedInListings() {
        let layers = Self.everyJoin.stages.flatMap(\.backbone)
        #expect(
            layers.map(\.description) == [
                "stem: Conv2D 3 → 8, 3×3, padding 1", "HardSwish",
                "block: Parallel, 2 paths, add", "Parallel, 2 paths, concatenate",
                "ChannelShuffle 2 groups", "AveragePool2D 3×3, stride 2, padding 1, counted",
                "MaxPool2D 3×3, stride 2, padding 1", "HardSigmoid", "GELU by tanh",
                "GlobalAveragePool2D", "linear: Linear 8 → 3",
            ])
    }

    /// The names of blocks stand in front of those of their parameters; a block may have none.
    @Test func namesParametersByTheBlocksAround() throws {
        let names = try Self.everyJoin.plainProgram().program.parameters.map(\.name)
        let bn = ["weight", "bias", "running_mean", "running_var"].map { "block.bn.\($0)" }
        #expect(
            names == [
                "stem.weight", "stem.bias", "block.depthwise.weight",
            ] + bn + [
                "block.se.fc1.weight", "block.se.fc1.bias", "block.se.fc2.weight",
                "block.se.fc2.bias", "early.linear.weight", "early.linear.bias", "wide.weight",
                "wide.bias", "linear.weight", "linear.bias",
            ])
    }

    /// An empty path is the value itself: no instruction stands for it.
    @Test func lowersToTheOperationsOfItsPaths() throws {
        let program = try Self.everyJoin.plainProgram().program
        let operations = program.segments[0].instructions.map(\.operation.description)
        #expect(
            operations == [
                "convolution", "hard swish", "convolution", "batch normalization", "silu",
                "global average pooling", "convolution", "gelu", "convolution", "sigmoid",
                "multiply", "add",
            ])
        for stage in Self.everyJoin.stages {
            for layer in stage.backbone { #expect(layer.instructionCount >= 1) }
        }
        let counted = Self.everyJoin.stages[0].backbone.reduce(0) { $0 + $1.instructionCount }
        #expect(counted == operations.count)
    }

    /// What inference fuses and training differentiates computes what the plain network does.
    @Test func infersWhatIsDescribed() throws {
        var feed = Feed(for: try Self.everyJoin.plainProgram().program, batchSize: 2)
        feed.makeVariancesPositive()
        let plain = try Self.everyJoin.plainProgram().program
        let fused = try Self.everyJoin.inferenceProgram().program
        let outputs = try ReferenceEngine().outputs(of: fused, batchSize: 2, feed)
        try Agreement(reference: plain, batchSize: 2, feed).require(outputs)
        #expect(
            fused.segments.flatMap(\.instructions).count
                < plain.segments.flatMap(\.instructions).count)
    }

    @Test func hasAGradientForEveryParameter() throws {
        let training = try Self.everyJoin.trainingProgram().program
        let plain = try Self.everyJoin.plainProgram().program
        for port in plain.parameters where !port.name.contains("running") {
            let index = training.outputIndex(named: Program.gradientName(of: port.name))
            #expect(index != nil, "\(port.name)")
        }
    }

    @Test(arguments: [true, false])
    func takesLoopsAndConditions(condition: Bool) {
        let parallel = Parallel(join: .concatenate) {
            for index in 0..<2 {
                Path { SelectChannels(first: index, count: 1) }
            }
            if condition { Path {} }
            if condition { Path { ReLU() } } else { Path { Sigmoid() } }
        }
        #expect(parallel.paths.count == (condition ? 4 : 3))
        #expect(parallel.paths[1] == [SelectChannels(first: 1, count: 1).layer])
        #expect(parallel.paths.last == [condition ? ReLU().layer : Sigmoid().layer])
    }

    @Test(arguments: [[], [[ReLU().layer]]] as [[[Layer]]])
    func fewerThanTwoPathsAreRefused(paths: [[Layer]]) {
        let failure = failure { Parallel(join: .add, paths: paths) }
        #expect(failure?.code == .invalidValue)
        #expect(
            failure?.message
                == "network 'n': layer Parallel, \(paths.count) paths, add: expected two paths or "
                + "more")
    }

    @Test(arguments: [Parallel.Join.add, .multiply])
    func pathsThatEndInOtherShapesAreRefused(join: Parallel.Join) {
        let failure = failure {
            Parallel("p", join: join) {
                Path {}
                Path { SelectChannels(first: 0, count: 3) }
            }
        }
        #expect(failure?.code == .shapeMismatch)
        #expect(
            failure?.message.hasPrefix(
                "network 'n': layer p: Parallel, 2 paths, \(join.rawValue): \(join.rawValue) got "
                    + "(Nx4x6x6 float32, Nx3x6x6 float32), expected ") == true)
    }

    @Test func imagesOfOtherSizesAreNotConcatenated() {
        let failure = failure {
            Parallel(join: .concatenate) {
                Path {}
                Path { MaxPool2D(kernelSize: 2, stride: 2) }
            }
        }
        #expect(failure?.code == .shapeMismatch)
        #expect(failure?.message.hasSuffix("expected images of one height and width") == true)
    }

    @Test func aLayerInAPathIsNamed() {
        let failure = failure {
            Parallel("p", join: .add) {
                Path {}
                Path {
                    Parallel("inner", join: .add) {
                        Path {}
                        Path { Conv2D("c", inputChannels: 5, outputChannels: 4, kernelSize: 1) }
                    }
                }
            }
        }
        #expect(failure?.code == .shapeMismatch)
        #expect(
            failure?.message.hasPrefix("network 'n': layer p.inner.c: Conv2D 5 → 4, 1×1: ") == true)
    }

    /// Two paths, two blocks of one name, and a block without a name beside a layer.
    @Test func namesAreUsedOnce() {
        let layer = Conv2D("c", inputChannels: 4, outputChannels: 4, kernelSize: 1).layer
        let twice = Parallel(name: "p", join: .add, paths: [[layer], [layer]])
        #expect(failure { twice }?.code == .duplicateName)
        let once = Parallel(name: "p", join: .add, paths: [[layer], []])
        #expect(
            failure {
                once
                once
            }?.code == .duplicateName)
        let unnamed = Parallel(join: .add, paths: [[layer], []])
        #expect(
            failure {
                unnamed
                [layer]
            }?.code == .duplicateName)
    }

    /// Paths without layers cost a file two letters each, and count as layers do.
    @Test(arguments: [Parallel.Join.add, .concatenate, .multiply])
    func noMorePathsThanLayersAreTaken(join: Parallel.Join) throws {
        func network(_ count: Int) -> BranchedNetwork {
            BranchedNetwork("n", inputShape: [1, 1, 1], classCount: 2) {
                Parallel(join: join, paths: [[Layer]](repeating: [], count: count))
                SelectChannels(first: 0, count: 1)
                Flatten()
                Linear("fc", inputFeatures: 1, outputFeatures: 2)
            }
        }
        // The stage, the block and three layers are the others.
        _ = try network(BranchedNetwork.layerLimit - 5).plainProgram()
        let failure = #expect(throws: NetworkError.self) {
            try network(BranchedNetwork.layerLimit - 4).plainProgram()
        }
        #expect(failure?.code == .tooLarge)
    }

    @Test func blocksThatLieTooDeepAreRefused() throws {
        func network(depth: Int) -> BranchedNetwork {
            let layer = (0..<depth).reduce(ReLU().layer) { layer, _ in
                Parallel(join: .add, paths: [[], [layer]]).layer
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

    @Test(arguments: [
        Clip(minimum: 1, maximum: 1).layer, Clip(minimum: .nan, maximum: 1).layer,
        Clip(minimum: 0, maximum: .nan).layer, SelectChannels(first: -1, count: 2).layer,
        SelectChannels(first: 0, count: 0).layer, SelectChannels(first: 3, count: 2).layer,
        SelectChannels(first: .max, count: 1).layer, SelectChannels(first: 1, count: .max).layer,
        SelectChannels(first: .min, count: .min).layer, ChannelShuffle(groups: 0).layer,
        ChannelShuffle(groups: 3).layer, ChannelShuffle(groups: .min).layer,
        Conv2D("c", inputChannels: 4, outputChannels: 4, kernelSize: 1, groups: 3).layer,
        Conv2D("c", inputChannels: 4, outputChannels: 6, kernelSize: 1, groups: 4).layer,
        Conv2D("c", inputChannels: 4, outputChannels: 4, kernelSize: 1, groups: 0).layer,
        Conv2D("c", inputChannels: 4, outputChannels: 4, kernelSize: 1, groups: .min).layer,
        Conv2D("c", inputChannels: 4, outputChannels: 4, kernelSize: 1, dilation: 0).layer,
        Conv2D("c", inputChannels: 4, outputChannels: 4, kernelSize: 2, dilation: 4096).layer,
        Conv2D(
            "c", inputChannels: 4, outputChannels: 4, kernelSize: 2,
            padding: Padding2D(top: 0, left: 0, bottom: -1, right: 0)
        ).layer,
        MaxPool2D(kernelSize: 2, stride: 1, padding: 2).layer,
        AveragePool2D(
            kernelSize: 3, stride: 1, padding: Padding2D(top: 0, left: 3, bottom: 0, right: 0)
        ).layer,
        BatchNorm2D("bn", channels: 4, epsilon: 0).layer,
        BatchNorm2D("bn", channels: 4, epsilon: .infinity).layer,
        BatchNorm2D("bn", channels: 4, epsilon: .nan).layer,
    ])
    func whatCannotBeIsRefused(layer: Layer) {
        let failure = failure { [layer] }
        #expect(failure?.code == .invalidValue || failure?.code == .shapeMismatch)
    }

    private func failure(
        @NetworkBuilder _ content: () -> [NetworkBuilder.Element]
    ) -> NetworkError? {
        let network = BranchedNetwork("n", inputShape: [4, 6, 6], classCount: 2, content)
        return #expect(throws: NetworkError.self) { try network.plainProgram() }
    }
}

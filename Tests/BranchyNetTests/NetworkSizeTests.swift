import BranchyCompute
import BranchyNet
import Testing

/// How large networks may be, and how much memory they take.
struct NetworkSizeTests {
    /// One stage of so many layers.
    private func chain(layerCount: Int) -> BranchedNetwork {
        let layers =
            [Layer](repeating: ReLU().layer, count: layerCount - 2) + [
                Flatten().layer,
                Linear("linear", inputFeatures: 4, outputFeatures: 2).layer,
            ]
        return BranchedNetwork(
            name: "chain", inputShape: [1, 2, 2], classCount: 2,
            stages: [Stage(backbone: layers, branch: nil)])
    }

    /// Stages of four layers each, all branches beginning alike.
    private func ladder(stageCount: Int) -> BranchedNetwork {
        let ending = { [Flatten().layer, Linear($0, inputFeatures: 8, outputFeatures: 2).layer] }
        let stages = (0..<stageCount).map { index in
            let convolution = Conv2D(
                "conv\(index)", inputChannels: 2, outputChannels: 2, kernelSize: 1)
            return Stage(
                backbone: [ReLU().layer, convolution.layer],
                branch: Branch(name: "b\(index)", layers: [ReLU().layer] + ending("linear")))
        }
        return BranchedNetwork(
            name: "ladder", inputShape: [2, 2, 2], classCount: 2,
            stages: stages + [Stage(backbone: [ReLU().layer] + ending("last"), branch: nil)])
    }

    @Test func asManyLayersAsAreAllowedAreLowered() throws {
        let network = chain(layerCount: BranchedNetwork.layerLimit - 1)
        #expect(network.layerCount == BranchedNetwork.layerLimit)
        #expect(try network.plainProgram().program.segments[0].instructions.count == 9_999)
        #expect(try network.inferenceProgram().program.segments[0].instructions.count == 9_999)
    }

    @Test func oneLayerMoreIsRefusedWithTheNumber() {
        let error = #expect(throws: NetworkError.self) {
            try chain(layerCount: BranchedNetwork.layerLimit).plainProgram()
        }
        #expect(error?.code == .tooLarge)
        #expect(
            error?.message
                == "network 'chain': 10001 layers and stages, expected at most 10000")
    }

    @Test func layersOfBranchesAndBlocksCountAndBlocksThemselves() {
        let network = BranchedNetwork("n", inputShape: [1, 2, 2], classCount: 2) {
            Residual("r") {
                ReLU()
                ReLU()
            }
            Branch("b") {
                Flatten()
                Linear("linear", inputFeatures: 4, outputFeatures: 2)
            }
            Flatten()
            Linear("linear", inputFeatures: 4, outputFeatures: 2)
        }
        #expect(network.layerCount == 2 + 3 + 2 + 2)
    }

    /// As many stages as are allowed: what is hoisted from one is found in the next.
    @Test func asManyStagesAsAreAllowedArePrepared() throws {
        let network = ladder(stageCount: 1_665)
        #expect(network.layerCount <= BranchedNetwork.layerLimit)
        let program = try network.inferenceProgram().program
        #expect(program.segments.count == 2 * 1_665 + 1)
        let relus = program.segments.flatMap(\.instructions).count { $0.operation == .relu }
        // The image's is not behind a layer; every other one is part of a convolution.
        #expect(relus == 1)
        #expect(try network.trainingProgram().program.segments.count == 2 * 1_665 + 3)
    }

    /// Parameters: 4·2 + 2 numbers. Alive at the same time: image, flattened image and logits.
    @Test func memoryIsThatOfWhatIsAliveAtTheSameTime() throws {
        let network = chain(layerCount: 2)
        let memory = try network.memory()
        #expect(memory.parameters == 40)
        #expect(memory.perSample == 4 * (4 + 4 + 2))
        #expect(memory.perBatch == 0)
        #expect(memory.bytes(samples: 3, parameterCopies: 2) == 80 + 3 * 40)
        // What is between lives only until it was read.
        #expect(try chain(layerCount: 100).memory().perSample == 4 * (4 + 4 + 4))
    }

    @Test func trainingKeepsActivationsAndDerivatives() throws {
        var network = chain(layerCount: 100)
        network.stages[0].backbone.insert(
            Conv2D("conv", inputChannels: 1, outputChannels: 1, kernelSize: 1).layer, at: 0)
        let (predicting, training) = try (network.memory(), network.trainingMemory())
        #expect(predicting.perSample == 4 * (4 + 4 + 4))
        #expect(training.perSample > 98 * 16)
        #expect(training.perBatch >= 2 * predicting.parameters)
    }

    @Test func absurdSizesDoNotOverflow() throws {
        let network = BranchedNetwork("huge", inputShape: [1, 1, 1], classCount: 2) {
            Conv2D("conv", inputChannels: 1, outputChannels: 1 << 31, kernelSize: 1)
            GlobalAveragePool2D()
            Linear("linear", inputFeatures: 1 << 31, outputFeatures: 1)
        }
        #expect(throws: NetworkError.self) { try network.memory() }
        let memory = try chain(layerCount: 2).memory()
        #expect(memory.bytes(samples: .max, parameterCopies: .max) == .max)
    }
}

#if ONNX
import BranchyCompute
import BranchyNet
import BranchyONNX
import Testing

/// What is exported computes what the network does: it is imported again, and asked the same.
///
/// What the importer does not read (local response normalization, shortcuts without parameters, GELU by
/// tanh, bytes, decisions) is compared node by node; `Benchmarks/export.py` asks ONNX Runtime.
struct ExportTests {
    /// Sums in another order, and batch normalization that is folded or not.
    private static let tolerance: Float = 1e-4

    private static func expectEqual(_ found: [Float], _ expected: [Float]) {
        #expect(found.count == expected.count)
        let scale = expected.map(abs).max() ?? 1
        for (found, expected) in zip(found, expected) {
            #expect(abs(found - expected) <= tolerance * scale)
        }
    }

    /// The exits of a model, each as what is exported of it computes it.
    private static func expectEveryExit(of sample: SampleModel) throws {
        let exported = try ExportedNetwork(sample.model, as: .allExits)
        #expect(exported.graphs.map(\.fileName) == ["model.onnx"])
        let graph = ExportedGraph(file: exported.graphs[0].bytes)
        for (exit, expected) in try sample.logits().enumerated() {
            #expect(graph.outputs[exit] == "exit\(exit)")
            let imported = try graph.imported("exit\(exit)")
            for (name, tensor) in imported.parameters {
                #expect(sample.model.parameters[name] == tensor, "\(name)")
            }
            expectEqual(
                try SampleModel.logits(imported.network, imported.parameters, of: sample.image)[0],
                expected)
        }
    }

    @Test func convolutionsOfEveryWindow() throws {
        try Self.expectEveryExit(
            of: SampleModel(inputShape: [2, 9, 11], classCount: 3) {
                Conv2D("even", inputChannels: 2, outputChannels: 4, kernelSize: 3, padding: 1)
                Conv2D(
                    "groups", inputChannels: 4, outputChannels: 6,
                    kernelSize: Extent2D(height: 3, width: 2),
                    stride: Extent2D(height: 1, width: 2),
                    padding: Padding2D(top: 0, left: 1, bottom: 2, right: 0),
                    groups: 2, hasBias: false)
                BatchNorm2D("norm", channels: 6, epsilon: 1e-3)
                ReLU()
                Conv2D(
                    "dilated", inputChannels: 6, outputChannels: 6, kernelSize: 2,

                    dilation: Extent2D(height: 2, width: 1),
                    groups: 6)
                Flatten()
                Linear("linear", inputFeatures: 6 * 7 * 5, outputFeatures: 3, hasBias: false)
            })
    }

    @Test(arguments: [
        (4, 2, Padding2D(1), false), (3, 2, Padding2D(top: 0, left: 1, bottom: 1, right: 0), true),
        (3, 3, Padding2D(0), true), (2, 3, Padding2D(1), true),
    ])
    func poolings(kernel: Int, stride: Int, padding: Padding2D, roundsUp: Bool) throws {
        let rounding: Program.Operation.Pooling.Rounding = roundsUp ? .ceiling : .floor
        let (kernel, stride) = (Extent2D(kernel), Extent2D(stride))
        try Self.expectEveryExit(
            of: SampleModel(inputShape: [3, 11, 8], classCount: 3) {
                Parallel(join: .add) {
                    Path {
                        MaxPool2D(
                            kernelSize: kernel, stride: stride, padding: padding, rounding: rounding
                        )
                    }
                    Path {
                        AveragePool2D(
                            kernelSize: kernel, stride: stride, padding: padding, rounding: rounding
                        )
                    }
                }
                GlobalAveragePool2D()
            })
    }

    @Test func aMeanThatCountsItsPadding() throws {
        try Self.expectEveryExit(
            of: SampleModel(inputShape: [3, 7, 7], classCount: 3) {
                AveragePool2D(kernelSize: 3, stride: 2, padding: 1, countsPadding: true)
                GlobalAveragePool2D()
            })
    }

    @Test(arguments: [
        ReLU().layer, Clip(minimum: 0, maximum: 6).layer,
        Clip(minimum: -1, maximum: .infinity).layer,
        Sigmoid().layer, HardSigmoid().layer, HardSwish().layer, SiLU().layer, GELU().layer,
    ])
    func activations(layer: Layer) throws {
        try Self.expectEveryExit(
            of: SampleModel(inputShape: [2, 3, 3], classCount: 4) {
                [layer]
                Flatten()
                Linear("linear", inputFeatures: 18, outputFeatures: 4)
            })
    }

    @Test func pathsBesideOneAnother() throws {
        try Self.expectEveryExit(
            of: SampleModel(inputShape: [4, 5, 5], classCount: 3) {
                Parallel("gate", join: .multiply) {
                    Path {}
                    Path {
                        GlobalAveragePool2D(keepsDimensions: true)
                        Conv2D("fc", inputChannels: 4, outputChannels: 4, kernelSize: 1)
                        Sigmoid()
                    }
                }
                Parallel(join: .concatenate) {
                    Path { SelectChannels(first: 1, count: 2) }
                    Path { Conv2D("conv", inputChannels: 4, outputChannels: 4, kernelSize: 1) }
                }
                ChannelShuffle(groups: 3)
                Residual("block") {
                    Conv2D("conv", inputChannels: 6, outputChannels: 6, kernelSize: 3, padding: 1)
                }
                GlobalAveragePool2D()
                Linear("linear", inputFeatures: 6, outputFeatures: 3)
            })
    }

    /// Branch and next stage begin alike, so both read what is computed once.
    private static func branched(_ policy: ModelPolicy? = nil) throws -> SampleModel {
        try SampleModel(inputShape: [2, 8, 8], classCount: 3, policy: policy) {
            Conv2D("conv1", inputChannels: 2, outputChannels: 4, kernelSize: 3, padding: 1)
            Branch("branch1") {
                ReLU()
                GlobalAveragePool2D()
                Linear("linear", inputFeatures: 4, outputFeatures: 3)
            }
            ReLU()
            MaxPool2D(kernelSize: 2, stride: 2)
            Conv2D("conv2", inputChannels: 4, outputChannels: 5, kernelSize: 3)
            Branch("branch2") {
                Flatten()
                Linear("linear", inputFeatures: 20, outputFeatures: 3)
            }
            GlobalAveragePool2D()
            Linear("linear", inputFeatures: 5, outputFeatures: 3)
        }
    }

    @Test func everyExitHasItsOutput() throws { try Self.expectEveryExit(of: Self.branched()) }

    @Test func stagesHandOnWhatTheNextOnesRead() throws {
        let sample = try Self.branched()
        let exported = try ExportedNetwork(sample.model, as: .stages)
        #expect(
            exported.graphs.map(\.fileName) == [
                "stage0.onnx", "branch0.onnx", "stage1.onnx", "branch1.onnx", "stage2.onnx",
            ])
        #expect(exported.graphs.map(\.exit) == [nil, 0, nil, 1, 2])
        var values = ["image": sample.image]
        for graph in exported.graphs {
            let input = try #require(graph.inputs.first)
            let image = try #require(values[input.name])
            let size = input.shape.compactMap(\.self).reduce(1, *)
            #expect(input.shape[0] == nil && image.count == size)
            for output in graph.outputs {
                let network = try ExportedGraph(file: graph.bytes).imported(output.name)
                values[output.name] = try SampleModel.logits(
                    network.network, network.parameters, of: image)[0]
            }
        }
        for (exit, expected) in try sample.logits().enumerated() {
            Self.expectEqual(values["exit\(exit)"] ?? [], expected)
        }
    }

    @Test func aPieceThatComputesNothingHasNoFile() throws {
        let sample = try SampleModel(inputShape: [3, 1, 1], classCount: 3) {
            Branch("first") { Flatten() }
            Branch("second") { Flatten() }
            Flatten()
        }
        let exported = try ExportedNetwork(sample.model, as: .stages)
        #expect(exported.graphs.map(\.exit) == [0, 1, 2])
        #expect(exported.graphs.map(\.outputs).map { $0.map(\.name) }.last == ["exit2"])
        let whole = ExportedGraph(
            file: try ExportedNetwork(sample.model, as: .allExits).graphs[0].bytes)
        #expect(whole.outputs == ["exit0", "exit1", "exit2"])
        #expect(Set(whole.nodes.flatMap(\.outputs)).isSuperset(of: whole.outputs))
    }

    @Test func bytesAreMadeWhatTheNetworkReads() throws {
        for form in [ExportedNetwork.Form.stages, .allExits] {
            let sample = try Self.branched()
            let graph = try ExportedNetwork(sample.model, as: form, preparesImages: true).graphs[0]
            #expect(graph.inputs.map(\.name) == ["image"] && graph.inputs[0].element == .uint8)
            #expect(graph.inputs[0].shape == [nil, 8, 8, 2])
            let written = ExportedGraph(file: graph.bytes)
            #expect(written.kinds.prefix(5) == ["Transpose", "Cast", "Mul", "Add", "Conv"])
            let tensors = written.tensors
            let (scale, offset) = (
                tensors[written.nodes[2].inputs[1]], tensors[written.nodes[3].inputs[1]]
            )
            let table = sample.model.preprocessing.table
            for channel in 0..<2 {
                for byte in 0..<256 {
                    let float =
                        Float(byte) * (scale?[channel] ?? .nan) + (offset?[channel] ?? .nan)
                    #expect(float == table[channel * 256 + byte])
                }
            }
        }
    }
}
#endif

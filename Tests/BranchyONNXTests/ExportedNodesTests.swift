#if ONNX
import BranchyCompute
import BranchyNet
import BranchyONNX
import Testing

/// Nodes that the importer does not read are what ONNX's operators ask for.
struct ExportedNodesTests {
    private static func graph(
        _ shape: Shape, @NetworkBuilder _ content: () -> [NetworkBuilder.Element]
    ) throws -> ExportedGraph {
        let sample = try SampleModel(inputShape: shape, classCount: 4, content)
        return ExportedGraph(
            file: try ExportedNetwork(sample.model, as: .allExits).graphs[0].bytes)
    }

    @Test func theFileSaysWhatItIs() throws {
        let sample = try SampleModel(inputShape: [4, 1, 1], classCount: 4) { Flatten() }
        let file = ProtobufFields(
            try ExportedNetwork(sample.model, as: .allExits, version: "1.2").graphs[0].bytes)
        #expect(file.number(1) == 8)
        #expect(file.texts(2) == ["branchynet"] && file.texts(3) == ["1.2"])
        #expect(file.bytes(8).map { ProtobufFields($0).number(2) } == [17])
    }

    /// ONNX divides α by the size.
    @Test func localResponseNormalization() throws {
        let graph = try Self.graph([4, 2, 2]) {
            LocalResponseNorm(size: 3, alpha: 0.25, beta: 0.5, k: 2)
            GlobalAveragePool2D()
        }
        let node = try #require(graph.nodes.first)
        #expect(node.kind == "LRN" && node.attributes["size"]?.number(3) == 3)
        #expect(node.float("alpha") == 0.75 && node.float("beta") == 0.5)
        #expect(node.float("bias") == 2)
    }

    @Test func aShortcutOfZerosIsASliceAndAPad() throws {
        let graph = try Self.graph([2, 4, 5]) {
            Residual("block", shortcut: Shortcut(stride: 2, channelsBefore: 0, channelsAfter: 2)) {
                Conv2D(
                    "conv", inputChannels: 2, outputChannels: 4, kernelSize: 3, stride: 2,
                    padding: 1)
            }
            GlobalAveragePool2D()
        }
        let tensors = graph.tensors
        let slice = try #require(graph.nodes.first { $0.kind == "Slice" })
        let pad = try #require(graph.nodes.first { $0.kind == "Pad" })
        #expect(
            slice.inputs.dropFirst().map { tensors[$0] } == [[0, 0], [4, 5], [2, 3], [2, 2]])
        #expect(pad.inputs == [slice.outputs[0], pad.inputs[1]])
        #expect(tensors[pad.inputs[1]] == [0, 0, 0, 0, 0, 2, 0, 0])
    }

    @Test func gELUByTanhIsWrittenInParts() throws {
        let graph = try Self.graph([4, 1, 1]) {
            GELU(approximation: .tanh)
            Flatten()
        }
        #expect(
            graph.kinds == [
                "Mul", "Mul", "Mul", "Add", "Mul", "Tanh", "Add", "Mul", "Mul", "Flatten",
            ])
    }

    /// Of 8 with their padding, 4 and 3 apart: the third window ends 2 beyond, which do not count.
    @Test func paddingThatCountsIsAPartOfTheImageWhereWindowsReachBeyondIt() throws {
        let graph = try Self.graph([4, 6, 6]) {
            AveragePool2D(
                kernelSize: 4, stride: 3, padding: 1, rounding: .ceiling, countsPadding: true)
            GlobalAveragePool2D()
        }
        #expect(graph.kinds.prefix(2) == ["Pad", "AveragePool"])
        #expect(graph.tensors[graph.nodes[0].inputs[1]] == [0, 0, 1, 1, 0, 0, 1, 1])
        // A number that is 0 is not written.
        let counted = try #require(graph.nodes[1].attributes["count_include_pad"])
        #expect(counted.number(3) == nil && counted.number(20) == 2)
        #expect(graph.nodes[1].integers("pads") == [0, 0, 2, 2])
    }
}
#endif

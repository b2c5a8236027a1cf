#if ONNX
import BranchyCompute
import BranchyNet
import BranchyONNX
import Testing

/// Graphs become chains of blocks, or are refused with the nodes that are in the way.
struct DecompositionTests {
    private static let end = node("Flatten", ["end"], ["y"])

    /// The layers of a sample's chain, as `inspect` prints them.
    private static func layers(_ nodes: ProtobufBytes..., channels: Int = 4) throws -> [Layer] {
        var sample = ONNXSample()
        sample.nodes = nodes + [node("GlobalAveragePool", ["last"], ["end"]), Self.end]
        return try sample.imported().network.stages[0].backbone
    }

    private static func paths(_ layer: Layer) -> [[String]]? {
        guard case .parallel(let block) = layer else { return nil }
        return block.paths.map { $0.map(\.description) }
    }

    @Test func aSumIsABlockWithItsPathsInOrder() throws {
        let layers = try Self.layers(
            node("Relu", ["x"], ["a"]), node("Sigmoid", ["a"], ["b"]),
            node("Add", ["b", "a"], ["last"]))
        #expect(layers.count == 3)
        #expect(layers[0].description == "ReLU")
        #expect(Self.paths(layers[1]) == [["Sigmoid"], []])
    }

    @Test func aConcatenationThatBeginsAsAnotherIsMadeOfThatOne() throws {
        let layers = try Self.layers(
            node("Relu", ["x"], ["a"]), node("Concat", ["x", "a"], ["xa"], [attribute("axis", 1)]),
            node("Sigmoid", ["xa"], ["b"]),
            node("Concat", ["x", "a", "b"], ["xab"], [attribute("axis", 1)]),
            node("HardSwish", ["xab"], ["c"]),
            node("Concat", ["x", "a", "b", "c"], ["last"], [attribute("axis", -3)]))
        #expect(
            layers.compactMap(Self.paths) == [
                [[], ["ReLU"]], [[], ["Sigmoid"]], [[], ["HardSwish"]],
            ])
    }

    @Test func aConcatenationThatEndsAsAnotherIsMadeOfThatOne() throws {
        let layers = try Self.layers(
            node("Relu", ["x"], ["a"]), node("Concat", ["a", "x"], ["ax"], [attribute("axis", 1)]),
            node("Sigmoid", ["ax"], ["b"]),
            node("Concat", ["b", "a", "x"], ["last"], [attribute("axis", 1)]))
        #expect(layers.compactMap(Self.paths) == [[["ReLU"], []], [["Sigmoid"], []]])
    }

    @Test func aGateIsTheSecondPathHoweverItIsWritten() throws {
        for factors in [["x", "s"], ["s", "x"]] {
            let layers = try Self.layers(
                node("GlobalAveragePool", ["x"], ["g"]), node("Sigmoid", ["g"], ["s"]),
                node("Mul", factors, ["last"]))
            #expect(Self.paths(layers[0]) == [[], ["GlobalAveragePool2D, 1×1", "Sigmoid"]])
        }
    }

    @Test func aGateOfFullyConnectedLayersIsOneOfSinglePixels() throws {
        var sample = ONNXSample()
        sample.nodes = [
            node("GlobalAveragePool", ["x"], ["g"]), node("Flatten", ["g"], ["f"]),
            node("MatMul", ["f", "w1"], ["a"], name: "fc1"), node("Relu", ["a"], ["b"]),
            node("Gemm", ["b", "w2", "b2"], ["c"], name: "fc2"), node("Sigmoid", ["c"], ["d"]),
            node("Reshape", ["d", "pixels"], ["e"]), node("Shape", ["x"], ["shape"]),
            node("Expand", ["e", "shape"], ["s"]), node("Mul", ["s", "x"], ["last"]),
            node("GlobalAveragePool", ["last"], ["end"]), Self.end,
        ]
        sample.tensors = [
            tensor("w1", [4, 2], [1, 2, 3, 4, 5, 6, 7, 8]), tensor("w2", [2, 4]), tensor("b2", [4]),
            integers("pixels", [-1, 4, 1, 1]),
        ]
        let imported = try sample.imported()
        #expect(
            Self.paths(imported.network.stages[0].backbone[0]) == [
                [],
                [
                    "GlobalAveragePool2D, 1×1", "fc1: Conv2D 4 → 2, 1×1, no bias", "ReLU",
                    "fc2: Conv2D 2 → 4, 1×1", "Sigmoid",
                ],
            ])
        #expect(imported.parameters["fc1.weight"]?.scalars == [1, 3, 5, 7, 2, 4, 6, 8])
        #expect(imported.parameters["fc1.weight"]?.shape == [2, 4, 1, 1])
    }

    @Test func partsOfChannelsAreSelected() throws {
        let layers = try Self.layers(
            node("Split", ["x"], ["a", "b"], [attribute("axis", 1)]),
            node("Relu", ["b"], ["c"]),
            node("Concat", ["c", "a"], ["last"], [attribute("axis", 1)]))
        #expect(
            Self.paths(layers[0]) == [
                ["SelectChannels 2 from 2", "ReLU"], ["SelectChannels 2 from 0"],
            ])
    }

    @Test func blocksLieInOneAnother() throws {
        let layers = try Self.layers(
            node("Relu", ["x"], ["a"]), node("Sigmoid", ["a"], ["b"]),
            node("Mul", ["b", "a"], ["c"]), node("Add", ["c", "x"], ["d"]),
            node("Add", ["d", "d"], ["last"]))
        // x · sigmoid(x) is a layer of its own.
        #expect(Self.paths(layers[0]) == [["ReLU", "SiLU"], []])
        #expect(Self.paths(layers[1]) == [[], []])
    }

    @Test func pathsThatCrossAreRefusedByTheirNodes() {
        let refusal = Self.refusal(
            node("Relu", ["x"], ["a"], name: "left"), node("Sigmoid", ["x"], ["b"], name: "right"),
            node("Add", ["a", "b"], ["c"], name: "sum"),
            node("Mul", ["c", "a"], ["last"], name: "product"))
        #expect(refusal.contains("node \"left\" (Relu)"), "\(refusal)")
        #expect(refusal.contains("node \"sum\" (Add)"), "\(refusal)")
        #expect(refusal.contains("node \"product\" (Mul)"), "\(refusal)")
    }

    @Test func blocksThatLieTooDeepAreRefused() {
        var sample = ONNXSample()
        for depth in 0...Layer.deepestNesting {
            sample.nodes.append(node("Relu", [depth == 0 ? "x" : "a\(depth)"], ["b\(depth)"]))
            sample.nodes.append(node("Add", ["b\(depth)", "x"], ["a\(depth + 1)"], name: "sum"))
        }
        // Each sum has the whole of the ones before it in one path, and the image in the other.
        sample.nodes.append(
            node("GlobalAveragePool", ["a\(Layer.deepestNesting + 1)"], ["end"]))
        sample.nodes.append(Self.end)
        #expect(sample.refusal.contains("node \"sum\" (Add): too many blocks"), "\(sample.refusal)")
    }

    private static func refusal(_ nodes: ProtobufBytes...) -> String {
        var sample = ONNXSample()
        sample.nodes = nodes + [node("GlobalAveragePool", ["last"], ["end"]), end]
        return sample.refusal
    }
}
#endif

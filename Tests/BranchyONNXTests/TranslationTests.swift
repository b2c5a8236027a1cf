#if ONNX
import BranchyCompute
import BranchyNet
import BranchyONNX
import Testing

/// Operators, and what exporters write in parts, become the layers that they are.
struct TranslationTests {
    private static func imported(
        opset: Int = 17, _ nodes: [ProtobufBytes], tensors: [ProtobufBytes] = []
    ) throws -> ImportedNetwork {
        var sample = ONNXSample()
        sample.opset = opset
        sample.nodes =
            nodes + [
                node("GlobalAveragePool", ["last"], ["end"]), node("Flatten", ["end"], ["y"]),
            ]
        sample.tensors = tensors
        return try sample.imported()
    }

    private static func layers(
        opset: Int = 17, _ nodes: [ProtobufBytes], tensors: [ProtobufBytes] = []
    ) throws -> [String] {
        try imported(opset: opset, nodes, tensors: tensors).network.stages[0].backbone
            .map(\.description).dropLast()
    }

    @Test func functionsInPartsArePutTogether() throws {
        let constants = [
            tensor("three", [], [3]), tensor("zero", [], [0]), tensor("six", [], [6]),
            tensor("root", [], [Float(2).squareRoot()]), tensor("one", [], [1]),
            tensor("half", [], [0.5]), tensor("ten", [], [10]), tensor("sixth", [], [1 / 6]),
        ]
        let shifted = [
            node("Add", ["x", "three"], ["a"]), node("Clip", ["a", "zero", "six"], ["b"]),
        ]
        let error = [
            node("Div", ["x", "root"], ["a"]), node("Erf", ["a"], ["b"]),
            node("Add", ["b", "one"], ["c"]),
        ]
        let cases: [(String, [ProtobufBytes])] = [
            ("SiLU", [node("Sigmoid", ["x"], ["s"]), node("Mul", ["s", "x"], ["last"])]),
            (
                "HardSwish",
                [
                    node("HardSigmoid", ["x"], ["s"], [attribute("alpha", Float(1) / 6)]),
                    node("Mul", ["x", "s"], ["last"]),
                ]
            ),
            (
                "HardSwish",
                shifted + [node("Mul", ["x", "b"], ["c"]), node("Div", ["c", "six"], ["last"])]
            ),
            (
                "HardSwish",
                shifted + [node("Mul", ["b", "sixth"], ["c"]), node("Mul", ["x", "c"], ["last"])]
            ),
            ("HardSigmoid", shifted + [node("Div", ["b", "six"], ["last"])]),
            (
                "GELU",
                error + [node("Mul", ["x", "c"], ["d"]), node("Mul", ["d", "half"], ["last"])]
            ),
            (
                "GELU",
                error + [node("Mul", ["x", "half"], ["d"]), node("Mul", ["d", "c"], ["last"])]
            ),
            ("Clip 0.0...6.0", [node("Clip", ["x", "zero", "six"], ["last"])]),
            ("ReLU", [node("Clip", ["x", "zero"], ["last"])]),
            ("Clip from 6.0", [node("Clip", ["x", "six"], ["last"])]),
            ("Clip to 6.0", [node("Clip", ["x", "", "six"], ["last"])]),
        ]
        for (layer, nodes) in cases {
            #expect(try Self.layers(nodes, tensors: constants) == [layer])
        }
    }

    @Test func whatDoesNothingIsLeftOut() throws {
        let layers = try Self.layers([
            node("Identity", ["x"], ["a"]), node("Dropout", ["a"], ["b", "mask"]),
            node("Cast", ["b"], ["c"], [attribute("to", 1)]), node("Relu", ["c"], ["d"]),
            node(
                "AveragePool", ["d"], ["e"], [attribute("kernel_shape", [1, 1])]),
            node("Concat", ["e"], ["last"], [attribute("axis", 1)]),
        ])
        #expect(layers == ["ReLU"])
    }

    @Test func shapesAreComputed() throws {
        // What PyTorch's older exporter writes for x.view(n, 2, c // 2, h, w) and a transposition.
        let shape = node("Shape", ["x"], ["shape"])
        var nodes = [shape]
        for (axis, name) in ["n", "c", "h", "w"].enumerated() {
            nodes.append(node("Gather", ["shape", "i\(axis)"], [name], [attribute("axis", 0)]))
        }
        nodes += [
            node("Div", ["c", "two"], ["half"]),
            node("Concat", ["n", "two", "half", "h", "w"], ["cut"], [attribute("axis", 0)]),
            node("Concat", ["n", "c", "h", "w"], ["whole"], [attribute("axis", 0)]),
            node("Reshape", ["x", "cut"], ["a"]),
            node("Transpose", ["a"], ["b"], [attribute("perm", [0, 2, 1, 3, 4])]),
            node("Reshape", ["b", "whole"], ["last"]),
        ]
        let tensors = (0..<4).map { integers("i\($0)", [$0]) } + [integers("two", [2])]
        #expect(try Self.layers(nodes, tensors: tensors) == ["ChannelShuffle 2 groups"])
    }

    @Test func aPaddingIsAPartOfTheConvolutionBehindIt() throws {
        let layers = try Self.layers(
            [
                node("Pad", ["x", "pads"], ["p"]),
                node("Conv", ["p", "c.weight"], ["last"], [attribute("strides", [2, 2])]),
            ],
            tensors: [
                integers("pads", [0, 0, 0, 0, 0, 0, 1, 1]), tensor("c.weight", [2, 4, 3, 3]),
            ])
        #expect(layers.count == 1)
        #expect(layers[0].hasPrefix("c: Conv2D 4 → 2, 3×3, stride 2, padding"))
    }

    /// Lists are turned round by slices with a step of -1: PyTorch's older exporter pads so.
    @Test(arguments: [
        (-1, Int.min, -1, [3, 2, 1, 0]), (5, -5, -1, [3, 2, 1, 0]), (2, 0, -1, [2, 1]),
        (3, -9, -2, [3, 1]), (0, 4, 3, [0, 3]), (-3, .max, 1, [1, 2, 3]), (1, -1, .max, [1]),
        (.max, .min, .min, [3]), (2, 2, 1, []), (1, 3, -1, []),
    ])
    func slicesOfConstantsGoEitherWay(start: Int, end: Int, step: Int, expected: [Int]) throws {
        // What is sliced says by which channels of an image are multiplied, where there are four.
        let factors = expected.map(Float.init) + Array(repeating: 9, count: 4 - expected.count)
        let imported = try Self.imported(
            [
                node("Slice", ["list", "start", "stop", "zero", "step"], ["part"]),
                node("Cast", ["part"], ["floats"], [attribute("to", 1)]),
                node("Concat", ["floats", "rest"], ["all"], [attribute("axis", 0)]),
                node("Reshape", ["all", "sizes"], ["factors"]),
                node("Mul", ["x", "factors"], ["last"]),
            ],
            tensors: [
                integers("list", [0, 1, 2, 3]), integers("start", [start]),
                integers("stop", [end]), integers("zero", [0]), integers("step", [step]),
                tensor("rest", [4 - expected.count], repeating: 9),
                integers("sizes", [1, 4, 1, 1]),
            ])
        #expect(imported.parameters.map(\.tensor.scalars)[0] == factors)
    }

    @Test func productsAndSumsOfChannelsAreOneLayer() throws {
        let imported = try Self.imported(
            [node("Mul", ["x", "m"], ["a"]), node("Add", ["a", "s"], ["last"])],
            tensors: [
                tensor("m", [1, 4, 1, 1], [1, 2, 3, 4]), tensor("s", [4, 1, 1], [5, 6, 7, 8]),
            ])
        #expect(imported.network.stages[0].backbone.count == 2)
        #expect(imported.parameters.map(\.tensor.scalars) == [[1, 2, 3, 4], [5, 6, 7, 8]])
    }

    @Test func aMatrixProductAndASumAreAFullyConnectedLayer() throws {
        var sample = ONNXSample()
        sample.nodes = [
            node(
                "ReduceMean", ["x"], ["m"], [attribute("axes", [2, 3]), attribute("keepdims", 0)]),
            node("MatMul", ["m", "fc.weight"], ["p"]), node("Add", ["p", "b"], ["s"]),
            node("Softmax", ["s"], ["y"]),
        ]
        sample.tensors = [
            tensor("fc.weight", [4, 2], [1, 2, 3, 4, 5, 6, 7, 8]), tensor("b", [2], [9, 10]),
        ]
        let imported = try sample.imported()
        #expect(
            imported.network.stages[0].backbone.map(\.description)
                == ["GlobalAveragePool2D", "fc: Linear 4 → 2"])
        #expect(imported.parameters["fc.weight"]?.scalars == [1, 3, 5, 7, 2, 4, 6, 8])
        #expect(imported.parameters["fc.bias"]?.scalars == [9, 10])
    }

    @Test func anImageWhoseChannelsComeLastIsReadWithThemFirst() throws {
        var sample = ONNXSample()
        sample.inputs = [("x", [-1, 5, 6, 3])]
        sample.nodes = [
            node("Transpose", ["x"], ["t"], [attribute("perm", [0, 3, 1, 2])]),
            node("Conv", ["t", "w"], ["c"], name: "conv1"),
            node("GlobalAveragePool", ["c"], ["g"]),
            // One pixel has the same elements in any order of its dimensions.
            node("Transpose", ["g"], ["h"], [attribute("perm", [0, 2, 3, 1])]),
            node("Reshape", ["h", "sizes"], ["y"]),
        ]
        sample.tensors = [tensor("w", [2, 3, 1, 1]), integers("sizes", [-1, 2])]
        let network = try sample.imported().network
        #expect(network.inputShape == [3, 5, 6])
        #expect(
            network.stages[0].backbone.map(\.description)
                == ["conv1: Conv2D 3 → 2, 1×1, no bias", "GlobalAveragePool2D"])
    }

    @Test(arguments: [11, 13, 17, 18, 21])
    func axesAreReadWhereAVersionHasThem(opset: Int) throws {
        let axes = [attribute("axes", [-1, 2])]
        var sample = ONNXSample()
        sample.opset = opset
        sample.nodes = [
            opset < 18
                ? node("ReduceMean", ["x"], ["m"], axes)
                : node("ReduceMean", ["x", "axes"], ["m"]),
            opset < 13
                ? node("Squeeze", ["m"], ["y"], axes) : node("Squeeze", ["m", "axes"], ["y"]),
        ]
        sample.tensors = [integers("axes", [-1, 2])]
        #expect(
            try sample.imported().network.stages[0].backbone.map(\.description)
                == ["GlobalAveragePool2D"])
    }

    @Test func windowsOfTheSameSizeArePaddedAsTheySay() throws {
        for (word, padding) in [
            ("SAME_UPPER", Padding2D(top: 0, left: 0, bottom: 1, right: 1)),
            ("SAME_LOWER", Padding2D(top: 1, left: 1, bottom: 0, right: 0)),
        ] {
            var mode = ProtobufBytes()
            mode.add(1, "auto_pad")
            mode.add(4, word)
            mode.add(20, 3)
            let network = try Self.imported(
                [node("Conv", ["x", "w"], ["last"], [mode, attribute("strides", [2, 2])])],
                tensors: [tensor("w", [2, 4, 3, 3])]
            ).network
            guard case .conv2D(let layer) = network.stages[0].backbone[0] else {
                Issue.record("no convolution")
                return
            }
            #expect(layer.padding == padding)
        }
    }

    @Test func halfPrecisionNumbersAreReadAsTheyAre() throws {
        for (type, words) in [
            (10, [0x3C00, 0xC000, 0x0001, 0x3555]), (16, [0x3F80, 0xC000, 0, 0x3EAB]),
        ] {
            var scale = ProtobufBytes()
            scale.add(1, [1, 4, 1, 1])
            scale.add(2, type)
            scale.add(8, "m")
            scale.add(9, words.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })
            let imported = try Self.imported([node("Mul", ["x", "m"], ["last"])], tensors: [scale])
            let weights = imported.parameters.map(\.tensor.scalars)[0]
            #expect(weights[0] == 1 && weights[1] == -2)
            #expect(weights[2] == (type == 10 ? 0x1p-24 : 0))
            #expect(abs(weights[3] - 1 / 3) < 0.001)
        }
    }
}
#endif

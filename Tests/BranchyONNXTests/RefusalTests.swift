#if ONNX
import BranchyNet
import BranchyONNX
import Foundation
import TestSupport
import Testing

/// What is wrong, or not known, is refused with node, operator and reason.
struct RefusalTests {
    /// A network that is read as it is: a fully connected layer behind a mean.
    private static func good() -> ONNXSample {
        var sample = ONNXSample()
        sample.nodes = [
            node("Conv", ["x", "w"], ["c"], name: "conv"), node("GlobalAveragePool", ["c"], ["g"]),
            node("Flatten", ["g"], ["y"]),
        ]
        sample.tensors = [tensor("w", [3, 4, 3, 3])]
        return sample
    }

    /// The good network with one change.
    private static func refusal(_ change: (inout ONNXSample) -> Void) -> String {
        var sample = good()
        change(&sample)
        return sample.refusal
    }

    @Test func theSampleIsGood() { #expect(Self.good().refusal == "") }

    @Test func everyBeginningOfAFileIsRefused() throws {
        let bytes = Self.good().bytes
        for count in 0..<bytes.count {
            #expect(throws: ONNXError.self) {
                try ImportedNetwork(parsing: Array(bytes.prefix(count)), folder: ".", name: "n")
            }
        }
    }

    @Test func everyChangedByteIsReadOrRefused() throws {
        let bytes = Self.good().bytes
        for place in bytes.indices {
            for value: UInt8 in [0, 0x7F, 0x80, 0xFF] {
                var changed = bytes
                changed[place] = value
                _ = try? ImportedNetwork(parsing: changed, folder: ".", name: "n")
            }
        }
    }

    @Test func aLengthBeyondTheFileIsRefused() {
        var model = ProtobufBytes()
        model.add(1, 8)
        let bytes = model.bytes + [7 << 3 | 2] + ProtobufBytes.number(1 << 40)
        #expect {
            try ImportedNetwork(parsing: bytes, folder: ".", name: "n")
        } throws: {
            "\($0)".contains("field 7 of a model has a length of \(1 << 40) bytes")
        }
    }

    @Test func aMillionEmptyMessagesAreRefused() {
        let graph = Array(repeatElement([UInt8(1 << 3 | 2), 0], count: 1_000_001).joined())
        var model = ProtobufBytes()
        model.add(7, graph)
        #expect {
            try ImportedNetwork(parsing: model.bytes, folder: ".", name: "n")
        } throws: {
            "\($0)".contains("more than 1000000 fields")
        }
    }

    @Test(arguments: [9, 10, 22, 1 << 40])
    func opsetsThatAreNotKnownAreRefused(opset: Int) {
        #expect(Self.refusal { $0.opset = opset }.hasPrefix("opset \(opset), expected 11 to 21"))
    }

    @Test func operatorsThatAreNotKnownAreNamedWithThoseThatAre() {
        for kind in ["Loop", "If", "LSTM", "Einsum"] {
            let refusal = Self.refusal { $0.nodes[0] = node(kind, ["x"], ["c"], name: "n1") }
            #expect(refusal.hasPrefix("node \"n1\" (\(kind)): an operator that is not known"))
            #expect(refusal.contains("Conv"))
        }
        let foreign = Self.refusal {
            $0.nodes[0] = node("Conv", ["x", "w"], ["c"], domain: "com.example")
        }
        #expect(foreign.contains("an operator of \"com.example\""), "\(foreign)")
    }

    @Test func attributesThatAreNotKnownAreRefused() {
        let refusal = Self.refusal {
            $0.nodes[0] = node("Conv", ["x", "w"], ["c"], name: "conv", [attribute("twist", 1)])
        }
        #expect(refusal == "node \"conv\" (Conv): attribute \"twist\" is not known")
    }

    @Test func namesAreDefinedOnceAndBeforeTheyAreRead() {
        let cycle = Self.refusal {
            $0.nodes[0] = node("Relu", ["y"], ["c"], name: "loop")
        }
        #expect(cycle.contains("node \"loop\" (Relu): it reads \"y\""), "\(cycle)")
        let undefined = Self.refusal { $0.nodes[0] = node("Relu", ["z"], ["c"]) }
        #expect(undefined.contains("it reads \"z\", and nothing defines it"), "\(undefined)")
        let twice = Self.refusal { $0.nodes[1] = node("Relu", ["c"], ["c"]) }
        #expect(twice.contains("\"c\" is defined twice"), "\(twice)")
        let input = Self.refusal { $0.nodes[0] = node("Relu", ["x"], ["x"]) }
        #expect(input.contains("\"x\" is defined twice"), "\(input)")
        let tensors = Self.refusal { $0.tensors.append($0.tensors[0]) }
        #expect(tensors.contains("tensor \"w\": expected a name of its own"), "\(tensors)")
        let output = Self.refusal { $0.outputs = ["z"] }
        #expect(output == "output \"z\": no node computes it")
    }

    @Test func oneImageAndOneResultAreExpected() {
        let inputs = Self.refusal { $0.inputs.append(("z", [1, 3, 4, 4])) }
        #expect(inputs.hasPrefix("2 inputs (\"x\", \"z\"), expected one"))
        let outputs = Self.refusal { $0.outputs.append("c") }
        #expect(outputs.hasPrefix("2 outputs (\"y\", \"c\"), expected one"))
        let constant = Self.refusal { $0.outputs = ["w"] }
        #expect(constant == "output \"w\" does not depend on the image")
        let map = Self.refusal { $0.outputs = ["c"] }
        #expect(map.contains("expected one number for each class"), "\(map)")
        let integers = Self.refusal { $0.inputType = 7 }
        #expect(integers.hasPrefix("input \"x\": elements of int64"))
    }

    @Test(arguments: [
        [-1, 4, -1, 6], [-1, -1, 6, 6], [2, 4, 6, 6], [4, 6, 6], [], [1, 4, 0, 6],
        [1, 4, 1_000_000_000, 6], [1, 4, .max, .max],
    ])
    func sizesOfTheImageAreFixed(sizes: [Int]) {
        let refusal = Self.refusal { $0.inputs = [("x", sizes)] }
        #expect(refusal.hasPrefix("input \"x\": "), "\(refusal)")
    }

    @Test(arguments: [
        [1_000_000_000], [1 << 62, 1 << 62], [-1, -9], [.max], [3, 4, 3, 4], [0],
        Array(repeating: 1_000_000_000, count: 8),
    ])
    func tensorsOfOtherSizesThanTheirNumbersAreRefused(sizes: [Int]) {
        var wrong = ProtobufBytes()
        wrong.add(1, sizes)
        wrong.add(2, 1)
        wrong.add(8, "w")
        wrong.add(9, [0, 0, 0, 0])
        #expect(Self.refusal { $0.tensors = [wrong] }.hasPrefix("tensor \"w\": "))
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity])
    func weightsThatAreNoNumbersAreRefused(value: Float) {
        let refusal = Self.refusal { $0.tensors = [tensor("w", [3, 4, 3, 3], repeating: value)] }
        #expect(refusal == "node \"conv\" (Conv): weights \"w\" contain NaN or infinity")
    }

    @Test(arguments: [
        [attribute("strides", [0, 1])], [attribute("strides", [1, 1 << 40])],
        [attribute("pads", [-1, 0, 0, 0])], [attribute("pads", [1, 1])],
        [attribute("dilations", [3, 3])], [attribute("dilations", [.max, .max])],
        [attribute("group", 0)], [attribute("group", 3)], [attribute("group", .min)],
        [attribute("kernel_shape", [1, 1])], [attribute("kernel_shape", Float(3))],
        [attribute("group", 1), attribute("group", 1)],
    ])
    func windowsThatDoNotFitAreRefused(attributes: [ProtobufBytes]) {
        let refusal = Self.refusal {
            $0.nodes[0] = node("Conv", ["x", "w"], ["c"], name: "conv", attributes)
        }
        #expect(refusal.hasPrefix("node \"conv\" (Conv): "), "\(refusal)")
    }

    @Test func constantsThatWouldBeLargeAreNotComputed() {
        let sizes = [integers("sizes", [1_000_000_000, 1_000_000_000])]
        let filled = Self.refusal {
            $0.nodes.insert(node("ConstantOfShape", ["sizes"], ["big"], name: "fill"), at: 0)
            $0.tensors += sizes
        }
        #expect(filled.hasPrefix("node \"fill\" (ConstantOfShape): "), "\(filled)")
        let expanded = Self.refusal {
            $0.nodes.insert(node("Expand", ["one", "sizes"], ["big"], name: "spread"), at: 0)
            $0.tensors += sizes + [tensor("one", [1], [1])]
        }
        #expect(expanded.hasPrefix("node \"spread\" (Expand): "), "\(expanded)")
    }

    @Test func tensorsThatAreUsedAgainAndAgainAreRefused() {
        var sample = ONNXSample()
        sample.tensors = [tensor("w", [4, 4, 64, 64])]
        sample.inputs = [("x", [1, 4, 64, 64])]
        // Each node takes a few bytes, and uses 65,536 numbers.
        sample.nodes = (0..<100).map {
            node("Conv", ["x", "w"], ["c\($0)"], name: "conv\($0)")
        }
        sample.outputs = ["c99"]
        #expect(sample.refusal.contains("(Conv): the file's tensors are used"), "\(sample.refusal)")
        var filled = Self.good()
        filled.tensors.append(integers("n", [65536]))
        filled.nodes =
            (0..<100).map { node("ConstantOfShape", ["n"], ["f\($0)"]) } + filled.nodes
        #expect(filled.refusal.contains("(ConstantOfShape): the file's"), "\(filled.refusal)")
    }

    @Test func integersThatOverflowAreRefused() {
        for (kind, left, right) in [
            ("Add", Int.max, 1), ("Mul", .max, 2), ("Div", 1, 0), ("Div", .min, -1), ("Mod", 1, 0),
        ] {
            let refusal = Self.refusal {
                $0.nodes.insert(node(kind, ["a", "b"], ["r"], name: "n1"), at: 0)
                $0.tensors += [integers("a", [left]), integers("b", [right])]
            }
            #expect(refusal.hasPrefix("node \"n1\" (\(kind)): "), "\(refusal)")
        }
    }

    @Test func theBatchStaysInFront() {
        for sizes in [[-1], [4, 36], [4, 1, 6, 6]] {
            let refusal = Self.refusal {
                $0.nodes.insert(node("Reshape", ["x", "sizes"], ["r"], name: "n1"), at: 0)
                $0.nodes.insert(node("Mul", ["r", "two"], ["s"]), at: 1)
                $0.tensors += [integers("sizes", sizes), tensor("two", [], [2])]
            }
            #expect(refusal.contains("node \"n1\" (Reshape): a result of sizes"), "\(refusal)")
        }
    }

    @Test func channelsThatDoubleAgainAndAgainAreRefused() {
        var sample = ONNXSample()
        for index in 0..<40 {
            sample.nodes.append(
                node(
                    "Concat", index == 0 ? ["x", "x"] : ["c\(index)", "c\(index)"],
                    ["c\(index + 1)"], name: "n\(index)", [attribute("axis", 1)]))
        }
        sample.outputs = ["c40"]
        #expect(sample.refusal.contains("is not possible"), "\(sample.refusal)")
    }

    @Test(arguments: ["/etc/passwd", "../secret", "a/../../b", "", "a//b"])
    func numbersOutsideOfTheFolderAreRefused(location: String) {
        let refusal = Self.refusal { $0.tensors = [Self.external(location)] }
        #expect(
            refusal.hasPrefix("tensor \"w\": its numbers stand in \(location.debugDescription)"),
            "\(refusal)")
    }

    @Test func aLinkOutOfTheFolderIsRefused() throws {
        try withTemporaryFolder { folder in
            try write(Array(repeating: 0, count: 432), to: "secret", in: folder)
            var sample = Self.good()
            sample.tensors = [Self.external("link")]
            let path = try write(sample.bytes, to: "model/n.onnx", in: folder)
            try FileManager.default.createSymbolicLink(
                atPath: folder + "/model/link", withDestinationPath: "../secret")
            #expect {
                try ImportedNetwork(contentsOf: path, name: "n")
            } throws: {
                "\($0)".contains("leads out of the folder")
            }
        }
    }

    /// A reader that follows each of them would come to the end of its stack.
    @Test func graphsFarWithinOneAnotherAreRefused() {
        var graph = ProtobufBytes()
        for _ in 0..<1000 {
            var (attribute, node, outer) = (ProtobufBytes(), ProtobufBytes(), ProtobufBytes())
            attribute.add(6, graph)
            node.add(5, attribute)
            outer.add(1, node)
            graph = outer
        }
        var model = ProtobufBytes()
        model.add(7, graph)
        #expect {
            try ImportedNetwork(parsing: model.bytes, folder: ".", name: "deep")
        } throws: {
            "\($0)".contains("messages more than 100 deep")
        }
    }

    /// Weights of the sample whose numbers stand in another file.
    private static func external(_ location: String) -> ProtobufBytes {
        var entry = ProtobufBytes()
        entry.add(1, "location")
        entry.add(2, location)
        var tensor = ProtobufBytes()
        tensor.add(1, [3, 4, 3, 3])
        tensor.add(2, 1)
        tensor.add(8, "w")
        tensor.add(13, entry)
        tensor.add(14, 1)
        return tensor
    }
}
#endif

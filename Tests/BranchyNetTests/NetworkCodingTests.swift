import BranchyCompute
import BranchyNet
import Foundation
import Testing

struct NetworkCodingTests {
    private static let everyLayer = BranchedNetwork("every", inputShape: [3, 9, 8], classCount: 4) {
        Conv2D(
            "conv", inputChannels: 3, outputChannels: 5, kernelSize: 3, stride: 2, padding: 1,
            hasBias: false)
        ReLU()
        MaxPool2D(kernelSize: 3, stride: 2, rounding: .ceiling)
        Branch("b") {
            Dropout("drop", rate: 0.25)
            Flatten()
            Linear("linear", inputFeatures: 20, outputFeatures: 4, hasBias: false)
        }
        MaxPool2D(kernelSize: 1, stride: 1)
        Flatten()
        Linear("linear", inputFeatures: 20, outputFeatures: 4)
    }

    @Test(arguments: BranchedNetwork.known + [everyLayer, .normalized, ParallelTests.everyJoin])
    func comesBackAsItWas(_ network: BranchedNetwork) throws {
        let data = try JSONEncoder().encode(network)
        let read = try JSONDecoder().decode(BranchedNetwork.self, from: data)
        #expect(read == network)
        let program = try network.plainProgram().program
        #expect(try read.plainProgram().program == program)
    }

    @Test func isReadFromTextThatPeopleWrite() throws {
        let text = """
            {"name": "n", "inputShape": [1, 2, 2], "classCount": 2, "stages": [{"backbone": [
              {"type": "flatten"}, {"type": "reLU"}, {"type": "dropout", "name": "d", "rate": 0.5},
              {"type": "linear", "name": "fc", "inputFeatures": 4, "outputFeatures": 2,
               "hasBias": true}]}]}
            """
        let read = try JSONDecoder().decode(BranchedNetwork.self, from: Data(text.utf8))
        let expected = BranchedNetwork("n", inputShape: [1, 2, 2], classCount: 2) {
            Flatten()
            ReLU()
            Dropout("d", rate: 0.5)
            Linear("fc", inputFeatures: 4, outputFeatures: 2)
        }
        #expect(read == expected)
    }

    @Test(arguments: ["conv3D", "", "ReLU"])
    func namesAnUnknownLayerTypeAndThoseThereAre(type: String) throws {
        let text = #"{"type": "\#(type)"}"#
        let failure = #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(Layer.self, from: Data(text.utf8))
        }
        let message = failure.map { "\($0)" } ?? ""
        #expect(message.contains("there is no layer of type '\(type)'"))
        #expect(message.contains("conv2D, linear, maxPool2D, reLU, dropout, flatten"))
    }

    @Test(arguments: [
        #"{}"#, #"{"type": 1}"#, #"{"type": "linear"}"#,
        #"{"type": "maxPool2D", "kernelSize": 2, "stride": 2, "rounding": "up"}"#,
        #"{"type": "maxPool2D", "kernelSize": 1.5, "stride": 2, "rounding": "floor"}"#,
    ])
    func refusesLayersThatLackSomething(text: String) {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(Layer.self, from: Data(text.utf8))
        }
    }

    @Test(arguments: ["[-1, 2, 2]", "[4294967296, 4294967296, 2]", "[1e30]"])
    func refusesShapesThatAreNone(shape: String) {
        let text = #"{"name": "n", "inputShape": \#(shape), "classCount": 2, "stages": []}"#
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(BranchedNetwork.self, from: Data(text.utf8))
        }
    }

    @Test(arguments: [
        (#"{"layers": []}"#, "layers", "name, inputShape, classCount, stages"),
        (#"{"stages": [{"backbone": [], "branches": []}]}"#, "branches", "backbone, branch"),
        (
            #"{"stages": [{"backbone": [], "branch": {"nam": "b"}}]}"#, "nam", "name, layers"
        ),
        (
            #"{"stages": [{"backbone": [{"type": "flatten"}, {"type": "reLU", "slope": 1}]}]}"#,
            "slope", "type"
        ),
        (
            #"""
            {"stages": [{"backbone": [{"type": "residual", "name": "r", "body": [], "shortcut":
              {"strides": 2}}]}]}
            """#, "strides", "stride, channelsBefore, channelsAfter"
        ),
    ])
    func refusesKeysThatItDoesNotKnow(text: String, key: String, known: String) {
        let rest = #""name": "n", "inputShape": [1, 2, 2], "classCount": 2, "#
        let failure = #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(
                BranchedNetwork.self, from: Data(("{" + rest + text.dropFirst()).utf8))
        }
        let message = failure.map(ModelError.describe) ?? ""
        #expect(message.hasSuffix("\(key)': this key is not known; known are \(known)"))
    }

    @Test func namesThePlaceOfAFault() {
        let text = #"""
            {"name": "n", "inputShape": [1, 2, 2], "classCount": 2, "stages": [{"backbone": [
              {"type": "flatten"},
              {"type": "residual", "name": "r", "body": [{"type": "rectifier"}]}]}]}
            """#
        let failure = #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(BranchedNetwork.self, from: Data(text.utf8))
        }
        let message = failure.map(ModelError.describe) ?? ""
        #expect(
            message.hasPrefix(
                "at 'stages[0].backbone[1].body[0].type': there is no layer of type 'rectifier'"))
    }

    @Test func aBlockWithoutShortcutHasTheIdentity() throws {
        let text = #"{"type": "residual", "name": "r", "body": [{"type": "reLU"}]}"#
        let read = try JSONDecoder().decode(Layer.self, from: Data(text.utf8))
        #expect(read == Residual("r") { ReLU() }.layer)
    }

    /// What a file says must not decide how deep the reader calls itself.
    @Test(arguments: [1, 8, 9, 100, 100_000])
    func refusesAbsurdNesting(depth: Int) throws {
        let text =
            String(repeating: #"{"type": "residual", "name": "r", "body": ["#, count: depth)
            + #"{"type": "reLU"}"# + String(repeating: "]}", count: depth)
        if depth <= Layer.deepestNesting {
            _ = try JSONDecoder().decode(Layer.self, from: Data(text.utf8))
        } else {
            let failure = #expect(throws: DecodingError.self) {
                try JSONDecoder().decode(Layer.self, from: Data(text.utf8))
            }
            let message = failure.map(ModelError.describe) ?? ""
            #expect(depth > 200 || message.contains("blocks of layers lie more than 8 deep"))
        }
    }

    @Test func describesNormalizationsAndBlocks() {
        let descriptions = BranchedNetwork.normalized.stages.flatMap { stage in
            (stage.backbone + (stage.branch?.layers ?? [])).map(\.description)
        }
        #expect(
            descriptions == [
                "conv: Conv2D 2 → 4, 3×3, padding 1, no bias", "bn: BatchNorm2D 4", "ReLU",
                "layer1.0: Residual, shortcut identity", "ReLU",
                "LocalResponseNorm 3, alpha 0.5, beta 0.75, k 2.0",
                "AveragePool2D 3×3, stride 2, ceiling", "bn: BatchNorm2D 4", "Flatten",
                "linear: Linear 64 → 3",
                "layer2.0: Residual, shortcut stride 2, 1 channels before, 2 channels after",
                "ReLU", "GlobalAveragePool2D", "linear: Linear 7 → 3",
            ])
    }

    @Test func describesItsLayers() {
        let stages = Self.everyLayer.stages
        #expect(
            stages[0].backbone.map(\.description) == [
                "conv: Conv2D 3 → 5, 3×3, stride 2, padding 1, no bias", "ReLU",
                "MaxPool2D 3×3, stride 2, ceiling",
            ])
        #expect(
            stages[0].branch?.layers.map(\.description) == [
                "drop: Dropout 0.25", "Flatten", "linear: Linear 20 → 4, no bias",
            ])
        #expect(stages[1].backbone[0].description == "MaxPool2D 1×1, stride 1")
    }
}

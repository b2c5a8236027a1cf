#if ONNX
import BranchyCompute
import BranchyNet
import BranchyONNX
import Foundation
import TestSupport
import Testing

/// What PyTorch's exporters write is computed as ONNX Runtime does: `Fixtures/make-fixtures.py`.
struct ExportedNetworkTests {
    private struct Expected: Decodable {
        var image: [Float]
        var probabilities: [Double]
    }

    private static func path(_ name: String) throws -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/\(name)").path
    }

    @Test(arguments: ["tiny-legacy.onnx", "tiny-dynamo.onnx"])
    func anExportedNetworkComputesWhatItDid(file: String) throws {
        let imported = try ImportedNetwork(contentsOf: Self.path(file), name: "tiny")
        let data = try Data(contentsOf: URL(fileURLWithPath: Self.path("tiny.json")))
        let expected = try JSONDecoder().decode(Expected.self, from: data)
        var evaluator = try LogitsEvaluator(
            network: imported.network, parameters: imported.parameters, engine: ReferenceEngine(),
            batchSize: 1)
        var logits: [Double] = []
        try evaluator.evaluate(
            fill: { span in
                for index in expected.image.indices { span[index] = expected.image[index] }
            },
            { _, span in
                for index in span.indices { logits.append(Double(span[index])) }
            })
        let exponentials = logits.map { exp($0) }
        let sum = exponentials.reduce(0, +)
        for (found, expected) in zip(exponentials.map({ $0 / sum }), expected.probabilities) {
            #expect(abs(found - expected) < 1e-6)
        }
        #expect(logits.count == expected.probabilities.count)
    }

    @Test(arguments: ["tiny-legacy.onnx", "tiny-dynamo.onnx"])
    func theNetworkIsAChainOfBlocks(file: String) throws {
        let imported = try ImportedNetwork(contentsOf: Self.path(file), name: "tiny")
        #expect(imported.network.inputShape == [3, 15, 15])
        #expect(imported.network.classCount == 10)
        let layers = imported.network.stages[0].backbone.map(\.description)
        #expect(layers.count { $0.hasPrefix("Parallel, 2 paths, concatenate") } == 4)
        #expect(layers.count { $0.hasPrefix("Parallel, 2 paths, add") } == 1)
        #expect(layers.count { $0.hasPrefix("Parallel, 2 paths, multiply") } == 1)
        #expect(layers.contains("ChannelShuffle 2 groups"))
        #expect(layers.contains("GELU"))
        #expect(layers.last == "fc: Linear 20 → 10")
        #expect(imported.cutCount == layers.count - 1)
        #expect(imported.changes["softmax at the end left out"] == 1)
    }

    @Test(arguments: ["tiny-legacy.onnx", "tiny-dynamo.onnx"])
    func parametersKeepTheirNames(file: String) throws {
        let names = try ImportedNetwork(contentsOf: Self.path(file), name: "tiny").parameters.names
        for name in [
            "stem.weight", "stem.bias", "body.0.weight", "project.weight", "gate.fc1.weight",
            "shuffle.conv.weight", "dense.norms.1.running_var", "dense.convs.2.weight", "fc.bias",
        ] { #expect(names.contains(name), "\(name) in \(names)") }
    }

    @Test func aFileOfNumbersThatIsTooShortIsRefused() throws {
        try withTemporaryFolder { folder in
            let file = "tiny-dynamo.onnx"
            for name in [file, file + ".data"] {
                var bytes = [UInt8](
                    try Data(contentsOf: URL(fileURLWithPath: Self.path(name))))
                if name != file { bytes.removeLast() }
                try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
            }
            #expect(throws: ModelError.self) {
                try ImportedNetwork(contentsOf: "\(folder)/\(file)", name: "tiny")
            }
        }
    }
}
#endif

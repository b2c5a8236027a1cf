import BranchyCompute
import BranchyNet
import Foundation
import TestSupport
import Testing

/// Networks that users describe themselves.
struct OwnNetworkTests {
    /// Some editors put a mark in front of a text.
    @Test func readsADescriptionBehindAByteOrderMark() throws {
        try withTemporaryFolder { folder in
            let description = try Program.run("inspect", "b-lenet", "--json").output
            let file = try write(
                Array("\u{FEFF}\(description)".utf8), to: "network.json", in: folder)
            #expect(try Program.run("inspect", file, "--json").output == description)
        }
    }

    /// What `inspect --json` prints can be trained, and the model folder holds the same network.
    @Test(.enabled(if: Program.hasOneDNN)) func trainsWhatInspectPrints() throws {
        try withTemporaryFolder { folder in
            try writeImages(to: folder + "/images", classCount: 10)
            let description = try Program.run("inspect", "b-lenet", "--json").output
            let file = try write(Array(description.utf8), to: "network.json", in: folder)
            let model = folder + "/model"
            let arguments = [
                "train", file, "--dataset", "folder:\(folder)/images", "-o", model, "--quiet",
                "--set", "epochs=1", "--set", "data.validationImages=5", "--set",
                "data.calibrationImages=5",
            ]
            let training = try Program.run(arguments)
            #expect(training.status == 0, "\(training.errors)")
            #expect(try Program.run("inspect", model, "--json").output == description)
            let again = try Program.run(arguments + ["--resume"])
            #expect(again.status == 0, "\(again.errors)")
            let evaluation = try Program.run("evaluate", model, "--threshold", "0.3", "--quiet")
            #expect(evaluation.status == 0, "\(evaluation.errors)")
        }
    }

    /// A network that no built-in one is like, with what only networks of one's own use.
    @Test(.enabled(if: Program.hasOneDNN)) func trainsANetworkOfOnesOwn() throws {
        try withTemporaryFolder { folder in
            try writeImages(to: folder + "/images", classCount: 2)
            let network = BranchedNetwork("mine", inputShape: [1, 28, 28], classCount: 2) {
                Conv2D("conv1", inputChannels: 1, outputChannels: 4, kernelSize: 3, stride: 2)
                ReLU()
                Branch("early") {
                    GlobalAveragePool2D()
                    Linear("linear", inputFeatures: 4, outputFeatures: 2)
                }
                AveragePool2D(kernelSize: 3, stride: 2, rounding: .ceiling)
                LocalResponseNorm(size: 3, alpha: 0.1, beta: 0.75, k: 1)
                Residual("block") {
                    Conv2D(
                        "conv", inputChannels: 4, outputChannels: 4, kernelSize: 3, padding: 1)
                    ReLU()
                }
                Flatten()
                Linear("linear", inputFeatures: 144, outputFeatures: 2)
            }
            let file = try write(
                Array(JSONEncoder().encode(network)), to: "network.json", in: folder)
            let training = try Program.run(
                "train", file, "--dataset", "folder:\(folder)/images", "-o", folder + "/model",
                "--set", "epochs=1", "--set", "data.validationImages=2", "--set",
                "data.calibrationImages=2", "--quiet")
            #expect(training.status == 0, "\(training.errors)")
            let model = try ModelFolder(folder + "/model").read()
            #expect(model.network == network)
            #expect(model.policy == nil)
            let evaluation = try Program.run(
                "evaluate", folder + "/model", "--threshold", "0.3", "--quiet")
            #expect(evaluation.status == 0, "\(evaluation.errors)")
        }
    }

    @Test func inspectsADescription() throws {
        try withTemporaryFolder { folder in
            let network = BranchedNetwork("mine", inputShape: [4, 6, 5], classCount: 2) {
                Residual("block", shortcut: Shortcut(stride: 2, channelsAfter: 2)) {
                    Conv2D(
                        "conv", inputChannels: 4, outputChannels: 6, kernelSize: 3, stride: 2,
                        padding: 1, hasBias: false)
                    BatchNorm2D("bn", channels: 6)
                }
                ReLU()
                GlobalAveragePool2D()
                Linear("linear", inputFeatures: 6, outputFeatures: 2)
            }
            let file = try write(
                Array(JSONEncoder().encode(network)), to: "network.json", in: folder)
            let result = try Program.run("inspect", file)
            #expect(result.status == 0)
            #expect(
                result.output == """
                    mine: images of 4x6x5, 2 classes, 1 exit, 254 parameters

                                                                                    shape  parameters  multiply-accumulates
                    └─ stage 1                                                                                        1,956
                       ├─ block: Residual, shortcut stride 2, 2 channels after      6x3x3         240                 1,944
                       │  ├─ conv: Conv2D 4 → 6, 3×3, stride 2, padding 1, no bias  6x3x3         216                 1,944
                       │  └─ bn: BatchNorm2D 6                                      6x3x3          24
                       ├─ ReLU                                                      6x3x3
                       ├─ GlobalAveragePool2D                                           6
                       └─ linear: Linear 6 → 2                                          2          14                    12

                    multiply-accumulates from image to answer            share
                    final exit                                 1,956  100.00 %

                    a branch may go behind  shape  share of the work
                    block                   6x3x3            99.39 %

                    """)
        }
    }

    @Test(arguments: [
        (#"{"type": "conv5D"}"#, "there is no layer of type 'conv5D'; known are conv2D, linear"),
        (#"{"type": "reLU", "slope": 1}"#, ".slope': this key is not known; known are type"),
        (#"{"type": "dropout", "rate": 0.5}"#, "the key 'name' is missing"),
        (
            #"{"type": "batchNorm2D", "name": "bn", "channels": 7}"#,
            "layer bn: BatchNorm2D 7: batch normalization got ("
        ),
        (
            #"{"type": "residual", "name": "r", "body": []}"#,
            "layer r: Residual, shortcut identity: a block without layers"
        ),
    ])
    func refusesALayer(layer: String, message: String) throws {
        let text = #"""
            {"name": "n", "inputShape": [1, 4, 4], "classCount": 2, "stages": [{"backbone": [
              \#(layer), {"type": "flatten"}, {"type": "linear", "name": "linear",
              "inputFeatures": 16, "outputFeatures": 2, "hasBias": true}]}]}
            """#
        let errors = try refusal(of: Array(text.utf8))
        #expect(errors.contains(message), "\(errors)")
    }

    @Test func refusesFilesThatDescribeNothing() throws {
        let deep = String(repeating: #"{"type":"residual","name":"r","body":["#, count: 100_000)
        for (text, message) in [
            ("", "not a network: "), ("weights", "not a network: "), ("[]", "not a network: "),
            ("{}", "not a network: the key 'name' is missing"),
            (String(repeating: "[", count: 1_000_000), "not a network: "),
            (
                #"{"name":"n","inputShape":[1,2,2],"classCount":2,"stages":[{"backbone":["# + deep,
                "not a network: "
            ),
        ] {
            let errors = try refusal(of: Array(text.utf8))
            #expect(errors.hasPrefix("Error: FILE: \(message)"), "\(errors.prefix(300))")
        }
    }

    @Test func refusesFilesThatAreTooLargeOrNoFiles() throws {
        let large = try refusal { path in
            try Data().write(to: URL(fileURLWithPath: path))
            try FileHandle(forWritingTo: URL(fileURLWithPath: path)).truncate(atOffset: 1 << 40)
        }
        #expect(large.hasPrefix("Error: FILE"))
        let folder = try refusal {
            try FileManager.default.createDirectory(
                atPath: $0, withIntermediateDirectories: false)
        }
        #expect(folder.hasPrefix("Error: FILE"))
        #expect(try refusal { _ in }.hasPrefix("Error: FILE"))
    }

    private func refusal(of bytes: [UInt8]) throws -> String {
        try refusal { try Data(bytes).write(to: URL(fileURLWithPath: $0)) }
    }

    /// What `train` says about a description, which `inspect` says too; nothing is written.
    private func refusal(_ make: (String) throws -> Void) throws -> String {
        try withTemporaryFolder { folder in
            let file = folder + "/network.json"
            try make(file)
            let training = try Program.run(
                "train", file, "--dataset", "folder:\(folder)/none", "-o", folder + "/model")
            let inspection = try Program.run("inspect", file)
            #expect(training.status == 65 && inspection.status == 65)
            #expect(training.errors == inspection.errors)
            #expect(!FileManager.default.fileExists(atPath: folder + "/model"))
            return training.errors.replacingOccurrences(of: file, with: "FILE")
        }
    }

    /// Six random images of each class to train on, and two to test.
    private func writeImages(to folder: String, classCount: Int) throws {
        let images = SampleImages(count: 8 * classCount)
        for index in 0..<classCount {
            for (part, range) in [("train", 0..<6), ("test", 6..<8)] {
                let path = "\(folder)/\(part)/class\(index)"
                try FileManager.default.createDirectory(
                    atPath: path, withIntermediateDirectories: true)
                for image in range {
                    _ = try write(
                        images.png(8 * index + image), to: "\(image).png", in: path)
                }
            }
        }
    }
}

import BranchyCompute
import BranchyNet
import BranchyTraining
import Foundation
import TestSupport
import Testing

/// What would take more memory than is allowed is refused before it is taken.
struct MemoryLimitTests {
    /// A few hundred bytes that describe 8 GB of parameters.
    private let huge = """
        {"name": "huge", "inputShape": [1, 28, 28], "classCount": 2, "stages": [{"backbone": [
        {"type": "flatten"}, {"type": "linear", "name": "a", "inputFeatures": 784,
        "outputFeatures": 46000, "hasBias": false}, {"type": "linear", "name": "b",
        "inputFeatures": 46000, "outputFeatures": 46000, "hasBias": false}, {"type": "linear",
        "name": "c", "inputFeatures": 46000, "outputFeatures": 2, "hasBias": false}]}]}
        """

    /// More than a megabyte of parameters.
    private let wide = BranchedNetwork("wide", inputShape: [1, 28, 28], classCount: 10) {
        Flatten()
        Linear("a", inputFeatures: 784, outputFeatures: 1_000)
        Linear("b", inputFeatures: 1_000, outputFeatures: 10)
    }

    @Test(arguments: [["bench"], ["profile"]])
    func aDescriptionOfTooMuchIsRefused(command: [String]) throws {
        try withTemporaryFolder { folder in
            let file = try write(Array(huge.utf8), to: "huge.json", in: folder)
            let result = try Program.run(command + [file, "--memory-limit", "4G"])
            #expect(result.status == 65)
            #expect(
                result.errors.hasPrefix("Error: predicting by 'huge' takes "), "\(result.errors)")
            #expect(
                result.errors.hasSuffix(
                    " GiB of memory or more, and the limit is 4.0 GiB; where the machine has more, "
                        + "raise it by --memory-limit\n"), "\(result.errors)")
        }
    }

    @Test(.enabled(if: Program.hasOneDNN)) func trainingOfTooMuchIsRefused() throws {
        try withTemporaryFolder { folder in
            let file = try write(Array(huge.utf8), to: "huge.json", in: folder)
            let train = ["train", file, "-o", folder + "/run", "--dataset", "digits"]
            let network = try Program.run(train + ["--memory-limit", "8G"])
            #expect(network.status == 65)
            #expect(
                network.errors.hasPrefix("Error: training 'huge' in batches of "),
                "\(network.errors)")
            let batch = try Program.run(
                "train", "b-lenet", "-o", folder + "/run", "--dataset", "digits",
                "--memory-limit", "512M", "--set", "batchSize=65536")
            #expect(batch.status == 65)
            #expect(
                batch.errors.hasPrefix("Error: training 'b-lenet' in batches of 65536 takes "),
                "\(batch.errors)")
            #expect(!FileManager.default.fileExists(atPath: folder + "/run"))
        }
    }

    @Test func theLimitCanBeSetEitherWay() throws {
        try withTemporaryFolder { model in
            try SampleModel.write(
                wide, .initial(for: wide, seed: 1), to: model,
                policy: ThresholdPolicy(thresholds: []), dataset: "digits")
            let file = try write(SampleImages(count: 1).idx, to: "images", in: model)
            let commands = [
                ["predict", model, file],
                ["evaluate", model, "--dataset", "digits", "--limit", "1", "--quiet"],
                ["report", model, "--dataset", "digits", "--plot"],
                ["calibrate", model, "--dataset", "digits"],
                ["study", "thresholds", model, "--dataset", "digits"],
                ["bench", model, "--calls", "1"],
                ["evaluate", model, "--baseline", model, "--limit", "1"],
            ]
            for command in commands {
                let result = try Program.run(command + ["--memory-limit", "1M"])
                #expect(result.status == 65, "\(command)")
                #expect(result.output.isEmpty)
                #expect(
                    result.errors.hasPrefix("Error: predicting by 'wide' takes 6.1 MiB")
                        || command[0] == "bench"
                            && result.errors.hasPrefix("Error: predicting by 'wide' takes "),
                    "\(command): \(result.errors)")
            }
            let enough = try Program.run(commands[0] + ["--memory-limit", "7M"])
            #expect(enough.status == 0, "\(enough.errors)")
        }
    }

    /// Threads, calls and images take memory too.
    @Test(arguments: [
        ["--threads", "1024", "--calls", "10000000"], ["--batch", "1048576"],
    ])
    func absurdMeasurementsAreRefused(options: [String]) throws {
        let result = try Program.run(["bench", "b-lenet", "--memory-limit", "1G"] + options)
        #expect(result.status == 65)
        #expect(
            result.errors.hasPrefix("Error: predicting by 'b-lenet' takes "), "\(result.errors)")
    }
}

import BranchyCompute
import BranchyData
import BranchyNet
import BranchyTraining
import Foundation
import TestSupport
import Testing

/// Classes of models and of data, which are the same where their names are.
struct ClassNamesTests {
    private let reversed = Array(MNIST.classNames.reversed())

    private func writeModel(to folder: String, classNames: [String]) throws {
        try SampleModel.write(
            .bLeNet, .initial(for: .bLeNet, seed: 1), to: folder, dataset: "digits",
            classNames: classNames, held: 20)
    }

    private func writeImages(to folder: String, classNames: [String]) throws {
        let images = SampleImages(count: 200)
        for index in 0..<200 {
            let name = classNames[index % classNames.count]
            try write(
                images.png(index), to: "\(index < 160 ? "train" : "test")/\(name)/\(index).png",
                in: folder)
        }
    }

    @Test func everyCommandRefusesOtherNames() throws {
        try withTemporaryFolder { folder in
            let model = folder + "/model"
            try SampleModel.writeRandom(to: model, dataset: "digits")
            let certify = ["--certify", "--max-loss", "30%", "--quiet"]
            let issued = try Program.run(["calibrate", model, "--dataset", "digits"] + certify)
            #expect(issued.status == 0, "\(issued.errors)")
            let images = "folder:\(folder)/images"
            try writeImages(to: folder + "/images", classNames: (1...10).map(String.init))
            for command in [
                ["evaluate", model, "--dataset", images],
                ["calibrate", model, "--dataset", images],
                ["calibrate", model, "--dataset", images] + certify,
                ["verify", model, "--on", images],
                ["report", model, "--dataset", images, "--plot"],
                ["study", "thresholds", model, "--dataset", images],
                ["bench", model, "--dataset", images, "--calls", "1"],
            ] {
                let result = try Program.run(command)
                #expect(result.status == 65, "\(command) \(result.output)")
                #expect(
                    result.errors == """
                        Error: folder:images and the model have different classes: the model does \
                        not know 10. The data have 10: 1, 10, 2, 3, 4, 5, 6, 7, 8, 9. The model \
                        has 10: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9. Classes are matched by name

                        """, "\(command)")
            }
        }
    }

    /// The last exit always says the model's eighth class, which is called 2.
    @Test func theSameNamesInAnotherOrderAreTheSameClasses() throws {
        try withTemporaryFolder { model in
            try SampleModel.writeConstant(to: model, classNames: reversed, dataset: "digits")
            let result = try Program.run(
                "evaluate", model, "--dataset", "digits", "--exit", "2", "--latency-images", "0",
                "--json", "--quiet")
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.errors.isEmpty)
            let answer = try JSONDecoder().decode(JSONValue.self, from: Data(result.output.utf8))
            let test = try DrawnDigits.load().test
            let twos = test.labels.count { $0 == 2 }
            #expect(answer["accuracy"] == .number(Double(twos) / Double(test.count)))
            let eighth = answer["classes"]?.elements[7]
            #expect(eighth?["className"] == .string("2"))
            #expect(eighth?["samples"] == .integer(twos))
        }
    }

    @Test func saysWhereDataLackClasses() throws {
        try withTemporaryFolder { folder in
            let model = folder + "/model"
            try writeModel(to: model, classNames: MNIST.classNames)
            try writeImages(to: folder + "/images", classNames: ["1", "7"])
            let result = try Program.run(
                "evaluate", model, "--dataset", "folder:\(folder)/images", "--latency-images", "0",
                "--quiet", "--json")
            #expect(result.status == 0, "\(result.errors)")
            #expect(
                result.errors
                    == "note: folder:images lacks 8 of the model's 10 classes: 0, 2, 3, 4, 5, 6, 8, 9\n"
            )
            let answer = try JSONDecoder().decode(JSONValue.self, from: Data(result.output.utf8))
            #expect(
                answer["classes"]?.elements.map { $0["samples"] }
                    == (0..<10).map { .integer([1, 7].contains($0) ? 20 : 0) })
        }
    }

    @Test func saysWhereNamesCouldNotBeCompared() throws {
        try withTemporaryFolder { model in
            try writeModel(to: model, classNames: (0..<10).map { "kind\($0)" })
            let result = try Program.run(
                "evaluate", model, "--dataset", "digits", "--latency-images", "0", "--quiet",
                "--limit", "1")
            #expect(result.status == 0, "\(result.errors)")
            #expect(
                result.errors.hasPrefix(
                    "note: digits numbers its classes and does not name them, so names could not be "
                        + "compared; by their order, it was taken 0 for kind0, 1 for kind1, "))
        }
    }

    /// What a run starts from decides what its outputs stand for, to its end.
    @Test(.enabled(if: Program.hasOneDNN)) func trainingKeepsTheOrderOfWhatItStartsFrom() throws {
        try withTemporaryFolder { folder in
            try writeModel(to: folder + "/start", classNames: reversed)
            try writeImages(to: folder + "/images", classNames: MNIST.classNames)
            let train = [
                "train", "b-lenet", "-o", folder + "/run", "--from", folder + "/start",
                "--dataset", "folder:\(folder)/images", "--quiet", "--set", "epochs=1",
                "--set", "data.validationImages=5", "--set", "data.calibrationImages=100",
            ]
            let training = try Program.run(train)
            #expect(training.status == 0, "\(training.errors)")
            #expect(try ModelFolder(folder + "/run").read().classNames == reversed)
            let resumed = try Program.run(train + ["--resume"])
            #expect(resumed.status == 0, "\(resumed.errors)")
            // Without --dataset the training images have to be those of then, labels included.
            let evaluation = try Program.run(
                "evaluate", folder + "/run", "--threshold", "0.3", "--quiet",
                "--latency-images", "0")
            #expect(evaluation.status == 0, "\(evaluation.errors)")

            try writeImages(to: folder + "/others", classNames: (1...10).map(String.init))
            let other = try Program.run(
                ["train", "b-lenet", "-o", folder + "/other", "--from", folder + "/start"]
                    + ["--dataset", "folder:\(folder)/others", "--quiet"])
            #expect(other.status == 65)
            #expect(other.errors.contains("the model does not know 10. "), "\(other.errors)")
        }
    }

    /// A network whose last layers start at random may be for other classes.
    @Test(.enabled(if: Program.hasOneDNN)) func newLastLayersMayBeForOtherClasses() throws {
        try withTemporaryFolder { folder in
            try writeModel(to: folder + "/start", classNames: reversed)
            try writeImages(to: folder + "/images", classNames: ["cat", "dog"])
            let network = BranchedNetwork("mine", inputShape: [1, 28, 28], classCount: 2) {
                Conv2D(
                    "conv1", inputChannels: 1, outputChannels: 5, kernelSize: 5, padding: 3)
                ReLU()
                GlobalAveragePool2D()
                Linear("classifier", inputFeatures: 5, outputFeatures: 2)
            }
            let file = try write(
                Array(JSONEncoder().encode(network)), to: "network.json", in: folder)
            let training = try Program.run(
                "train", file, "-o", folder + "/run", "--from", folder + "/start", "--dataset",
                "folder:\(folder)/images", "--quiet", "--set", "epochs=1", "--set",
                "data.validationImages=5", "--set", "data.calibrationImages=100")
            #expect(training.status == 0, "\(training.errors)")
            #expect(try ModelFolder(folder + "/run").read().classNames == ["cat", "dog"])
        }
    }
}

import BranchyCompute
import BranchyEvaluation
import BranchyNet
import BranchyTraining
import Foundation
import TestSupport
import Testing

/// What `calibrate --certify` cannot guarantee, and certificates that do not hold.
struct CertificateRefusalTests {
    private let certify = ["--certify", "--max-loss", "30%", "--quiet"]

    @discardableResult
    private func calibrate(
        _ model: String, dataset: String? = "digits", _ arguments: [String]
    ) throws -> Program.Result {
        let data = dataset.map { ["--dataset", $0] } ?? []
        return try Program.run(["calibrate", model] + data + arguments)
    }

    /// Changes a certificate and gives it the checksum of its new content, as an honest edit cannot.
    private func reseal(_ model: String, _ change: (inout Certificate) -> Void) throws {
        let path = model + "/certificate.json"
        var certificate = try JSONDecoder.branchyNet.decode(
            Certificate.self, from: Data(contents(path)))
        change(&certificate)
        let sealed = try certificate.sealed(digest: SampleModel.digest)
        try JSONEncoder.branchyNet.encode(sealed).write(to: URL(fileURLWithPath: path))
    }

    // MARK: - Guarantees that cannot be made

    /// Half of the 5,000 images prove; without any loss they prove 1 − 0.05^(1/2500).
    @Test func saysWhatCouldBePromised() throws {
        try withTemporaryFolder { model in
            try SampleModel.writeRandom(to: model, dataset: "digits")
            let result = try calibrate(model, ["--certify", "--max-loss", "0.1%", "--quiet"])
            #expect(result.status == 65)
            #expect(
                result.errors.hasPrefix(
                    "Error: 2500 proof samples of digits cannot prove at most 0.1 % harm"),
                "\(result.errors)")
            #expect(result.errors.contains("it takes 2995 proof samples without any loss"))
            #expect(result.errors.hasSuffix("2500 prove at most 0.12 %\n"))
            #expect(!FileManager.default.fileExists(atPath: model + "/certificate.json"))
        }
    }

    @Test func refusesLogitsThatAreNoNumbers() throws {
        try withTemporaryFolder { model in
            var parameters = try ParameterStore.initial(for: .bLeNet, seed: 1)
            parameters["linear2.bias"] = Tensor([10], [Float](repeating: .nan, count: 10))
            try SampleModel.write(.bLeNet, parameters, to: model, dataset: "digits")
            let result = try calibrate(model, certify)
            #expect(result.status == 65)
            #expect(
                result.errors.contains(
                    "exit 2 gives logits that are NaN or infinite for image 0 of digits"),
                "\(result.errors)")
        }
    }

    /// Images of other classes, and images of another size.
    @Test(arguments: [
        (2, 28, "class", "folder:pictures and the model have different classes: "),
        (10, 8, "", "folder:pictures has 10 classes of images of shape 1x8x8, but the network"),
    ])
    func refusesOtherCalibrationImages(
        classCount: Int, size: Int, prefix: String, message: String
    ) throws {
        try withTemporaryFolder { folder in
            let model = folder + "/model"
            try SampleModel.write(
                .bLeNet, .initial(for: .bLeNet, seed: 1), to: model, dataset: "digits", held: 5)
            for index in 0..<30 {
                let pixels = [UInt8](repeating: UInt8(index), count: size * size)
                let split = index < 20 ? "train" : "test"
                try write(
                    SampleBytes.png(pixels, width: size, height: size, channels: 1),
                    to: "\(split)/\(prefix)\(index % classCount)/\(index).png",
                    in: folder + "/pictures")
            }
            let result = try calibrate(model, dataset: "folder:\(folder)/pictures", certify)
            #expect(result.status == 65)
            #expect(result.errors.contains(message), "\(result.errors)")
        }
    }

    // MARK: - Certificates that do not hold

    @Test func refusesACertificateForOtherWeights() throws {
        try withTemporaryFolder { model in
            try SampleModel.writeRandom(to: model, dataset: "digits")
            #expect(try calibrate(model, certify).status == 0)
            try SampleModel.writeRandom(to: model, dataset: "digits", seed: 2)
            let check = try Program.run("verify", model, "--on", "digits", "--quiet")
            #expect(check.status == 65)
            #expect(
                check.errors.hasPrefix(
                    "Error: \(model)/certificate.json is for other parameters: expected SHA-256"),
                "\(check.errors)")
            let image = try write(SampleImages(count: 1).idx, to: "images", in: model)
            let use = try Program.run("predict", model, image, "--threshold", "0.1")
            #expect(use.errors.contains("but it is for other parameters"), "\(use.errors)")
        }
    }

    @Test func refusesACertificateOfAnotherVersion() throws {
        try withTemporaryFolder { model in
            try SampleModel.writeRandom(to: model, dataset: "digits")
            try write(Array("{\"version\": 1}".utf8), to: "certificate.json", in: model)
            let check = try Program.run("verify", model, "--on", "digits", "--quiet")
            #expect(check.status == 65)
            #expect(check.errors.contains("certificate.json: version 1, this program reads 2"))
        }
    }

    /// Whoever can compute a checksum can write what they like; it is to end in an error all the
    /// same.
    @Test func refusesWhatCannotBeOfTheNetwork() throws {
        try withTemporaryFolder { model in
            try SampleModel.writeRandom(to: model, dataset: "digits")
            #expect(try calibrate(model, certify).status == 0)
            let changes: [(inout Certificate) -> Void] = [
                {
                    $0.others = [$0.clauses[0]]; $0.others[0].policy.thresholds = []
                },
                { $0.microsecondsToExit = [1] },
                { $0.guarantee.confidence = 2 },
                { $0.proof = LossCounts(samples: 1, losses: 2) },
            ]
            let original = try contents(model + "/certificate.json")
            for change in changes {
                try reseal(model, change)
                let check = try Program.run("verify", model, "--on", "digits", "--quiet")
                #expect(check.status == 65)
                #expect(check.errors.hasPrefix("Error: the certificate has "), "\(check.errors)")
                try edit(model + "/certificate.json") { $0 = original }
            }
        }
    }

    @Test func recomputesTheVerdict() throws {
        try withTemporaryFolder { model in
            try SampleModel.writeRandom(
                to: model, dataset: "digits",
                trainingChecksum: SampleModel.digitsChecksum())
            #expect(
                try calibrate(model, dataset: nil, certify + ["--max-loss", "20%"]).status == 0)
            let verify = ["verify", model, "--recompute", "--quiet"]
            let same = try Program.run(verify)
            #expect(same.status == 0, "\(same.errors)")
            #expect(same.output.split(separator: "\n").count { $0.hasSuffix("  kept") } == 2)

            let original = try contents(model + "/certificate.json")
            try reseal(model) { $0.others[0].policy.thresholds = [0.5] }
            let other = try Program.run(verify)
            #expect(other.status == 2)
            #expect(other.output.contains("refuted"))

            try edit(model + "/certificate.json") { $0 = original }
            try reseal(model) { $0.dataChecksum = "0" }
            let elsewhere = try Program.run(verify)
            #expect(elsewhere.status == 65)
            #expect(
                elsewhere.errors.contains(
                    "digits: not the calibration images of the certificate; expected SHA-256 0"))
        }
    }

    /// Two exits that guess differ far more often than once in ten thousand images.
    @Test func aBrokenPromiseIsExitCodeTwo() throws {
        try withTemporaryFolder { model in
            try SampleModel.writeRandom(to: model, dataset: "digits")
            #expect(try calibrate(model, certify).status == 0)
            try reseal(model) {
                $0.guarantee = Guarantee(loss: .disagreement, maximumLoss: 1e-4, confidence: 0.95)
                $0.policy.thresholds = [.infinity]
            }
            let check = try Program.run("verify", model, "--on", "digits", "--quiet")
            #expect(check.status == 2, "\(check.errors)")
            #expect(check.output.hasSuffix("refuted\n"))
        }
    }

    @Test func findsShippedModelsByName() throws {
        let check = try Program.run("verify", "b-lenet", "--on", "digits")
        #expect(check.status == 65)
        #expect(
            check.errors.contains("Models/b-lenet/certificate.json: the model has no certificate"),
            "\(check.errors)")
    }
}

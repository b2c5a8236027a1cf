import BranchyEvaluation
import BranchyNet
import Foundation
import TestSupport
import Testing

/// Certificates from the command line, of a network that guesses.
struct CertifyRunTests {
    private let certify = ["--certify", "--max-loss", "30%", "--max-loss", "40%", "--quiet"]

    private func withCertified(_ body: (_ model: String, _ document: JSONValue) throws -> Void)
        throws
    {
        try withTemporaryFolder { folder in
            let model = folder + "/model"
            try SampleModel.writeRandom(
                to: model, dataset: "digits", trainingChecksum: SampleModel.digitsChecksum())
            let result = try Program.run(["calibrate", model, "--json"] + certify)
            try #require(result.status == 0, "\(result.errors)")
            let document = try JSONDecoder().decode(
                JSONValue.self, from: Data(result.output.utf8))
            try body(model, document)
        }
    }

    @Test func issuesFlagsAndRefuses() throws {
        try withCertified { model, document in
            try DocumentedKeys(section: "calibrate --certify --json").expectToDescribe(
                document.places(),
                without: ["temperatures[]", "policy.weights[][]", "others[].policy.weights[][]"])
            #expect(document["correction"] == .string("bonferroni"))
            let level = try #require(document["level"]?.double)
            #expect(abs(level - 0.025) < 1e-15)
            let new = try Program.run("verify", model, "--on", "digits", "--json", "--quiet")
            #expect(new.status == 0, "\(new.errors)")
            let checks = try JSONDecoder().decode(JSONValue.self, from: Data(new.output.utf8))
            try DocumentedKeys(section: "verify --json").expectToDescribe(checks.places())
            let image = try write(SampleImages(count: 1).idx, to: "images", in: model)
            #expect(try Program.run("predict", model, image).errors.isEmpty)
            let other = try Program.run(
                "predict", model, image, "--threshold", "0.1", "--json")
            #expect(other.errors.hasPrefix("not certified: "))
            #expect(other.output.contains("\"certification\":\"not certified\""))
            let rounded = try Program.run("predict", model, image, "--precision", "bf16")
            #expect(rounded.errors.contains("this is the native engine, bfloat16"))
            let path = model + "/certificate.json"
            let text = try String(contentsOfFile: path, encoding: .utf8)
            try text.replacingOccurrences(of: "\"splitSeed\" : 0", with: "\"splitSeed\" : 1")
                .write(toFile: path, atomically: true, encoding: .utf8)
            let edited = try Program.run("verify", model, "--on", "digits")
            #expect(edited.status == 65)
            #expect(edited.errors.contains("was edited"))
        }
    }

    /// A certificate is for the precision that it was issued in, and is checked in it.
    @Test func namesThePrecision() throws {
        try withTemporaryFolder { model in
            try SampleModel.writeRandom(to: model, dataset: "digits")
            let issue = try Program.run(
                ["calibrate", model, "--dataset", "digits", "--precision", "bf16"] + certify)
            #expect(issue.status == 0, "\(issue.errors)")
            #expect(issue.output.contains("holds for: the native engine, bfloat16"))
            let image = try write(SampleImages(count: 1).idx, to: "images", in: model)
            #expect(
                try Program.run("predict", model, image).errors.hasPrefix("not certified: "))
            #expect(
                try Program.run("predict", model, image, "--precision", "bf16").errors.isEmpty)
            let check = try Program.run("verify", model, "--on", "digits", "--quiet")
            #expect(check.status == 0 && check.errors.isEmpty, "\(check.errors)")
        }
    }

    /// A certificate of the procedure before keeps its guarantee, and is recomputed by it.
    @Test func earlierOnesCanBeRecomputed() throws {
        try withCertified { model, _ in
            let path = model + "/certificate.json"
            let data = try Data(contentsOf: URL(fileURLWithPath: path))
            var certificate = try JSONDecoder.branchyNet.decode(Certificate.self, from: data)
            #expect(certificate.version == 4 && certificate.procedure == .steps)
            certificate.version = 2
            #expect(certificate.procedure == .front)
            let rewrite = {
                let sealed = try certificate.sealed(digest: SampleModel.digest)
                try JSONEncoder.branchyNet.encode(sealed).write(to: URL(fileURLWithPath: path))
            }
            try rewrite()
            let image = try write(SampleImages(count: 1).idx, to: "images", in: model)
            #expect(try Program.run("predict", model, image).errors.isEmpty)
            let check = try Program.run("verify", model, "--recompute", "--quiet")
            #expect(check.status == 0, "\(check.output) \(check.errors)")
            certificate.version = 1
            try rewrite()
            let older = try Program.run("verify", model, "--recompute", "--quiet")
            #expect(older.status == 65)
            #expect(older.errors.contains("version 1, this program reads 2 to 4; issue a new one"))
        }
    }

    /// Thresholds are certified under the temperatures that they were chosen under, and no others;
    /// and so is what was fitted for their score.
    @Test func namesTheTemperaturesAndTheScore() throws {
        try withTemporaryFolder { folder in
            let model = folder + "/model"
            try SampleModel.writeRandom(
                to: model, dataset: "digits", trainingChecksum: SampleModel.digitsChecksum())
            let result = try Program.run(
                ["calibrate", model, "--temperatures", "fit", "--score", "failure", "--json"]
                    + certify)
            try #require(result.status == 0, "\(result.errors)")
            let document = try JSONDecoder().decode(
                JSONValue.self, from: Data(result.output.utf8))
            try DocumentedKeys(section: "calibrate --certify --json").expectToDescribe(
                document.places())
            let image = try write(SampleImages(count: 1).idx, to: "images", in: model)
            #expect(try Program.run("predict", model, image).errors.isEmpty)
            let check = try Program.run("verify", model, "--recompute", "--quiet")
            #expect(check.status == 0 && check.errors.isEmpty, "\(check.output) \(check.errors)")
            var trained = try ModelFolder(model).read()
            #expect(trained.temperatures?.values.count == 2)
            let threshold = try #require(trained.policy?.thresholds?.thresholds.first)
            let same = try Program.run(
                "predict", model, image, "--threshold", "\(threshold)", "--score", "failure")
            #expect(same.errors.isEmpty)
            let unfitted = try Program.run(
                "predict", model, image, "--threshold", "1", "--score", "ensemble")
            #expect(unfitted.status == 64)
            #expect(unfitted.errors.contains("`branchynet calibrate --score ensemble` fits it"))
            trained.temperatures?.values[0] *= 2
            try ModelFolder(model).update(trained, digest: SampleModel.digest)
            let edited = try Program.run("predict", model, image, "--json")
            #expect(edited.errors.hasPrefix("not certified: "))
            #expect(edited.errors.contains("but it is for the temperatures"))
            #expect(edited.output.contains("\"certification\":\"not certified\""))
            let others = try Program.run("verify", model, "--recompute", "--quiet")
            #expect(others.status == 0 && others.errors.hasPrefix("not certified: it is for"))
        }
    }

    @Test(arguments: [
        ["--max-loss", "1%"], ["--certify"], ["--certify", "--max-loss", "0%"],
        ["--certify", "--max-loss", "1%", "--knee"],
        ["--certify", "--max-loss", "1%", "--confidence", "20%"],
        ["--certify", "--max-loss", "1%", "--max-loss", "0.01"],
    ])
    func refusesWrongUse(arguments: [String]) throws {
        #expect(try Program.run(["calibrate", "model"] + arguments).status == 64)
        #expect(try Program.run("verify", "model").status == 64)
    }
}

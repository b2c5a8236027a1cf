import BranchyCompute
import BranchyNet
import BranchyTraining
import Foundation
import TestSupport
import Testing

/// Models whose logits are no numbers.
struct BrokenModelTests {
    /// Writes B-LeNet with a number in place of the biases of one of its exits.
    private func writeModel(
        to folder: String, _ number: Float, inBiasOf layer: String = "linear2"
    ) throws {
        var parameters = try ParameterStore.initial(for: .bLeNet, seed: 1)
        parameters[layer + ".bias"] = Tensor([10], [Float](repeating: number, count: 10))
        try SampleModel.write(.bLeNet, parameters, to: folder, dataset: "digits")
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity])
    func predictWarnsOnceAndMarksEachAnswer(number: Float) throws {
        try withTemporaryFolder { folder in
            try writeModel(to: folder, number)
            let file = try write(SampleImages(count: 2).idx, to: "images", in: folder)
            let warning = """
                warning: \(file): the logits of exit 2 are NaN or infinite for image 0, so this \
                answer means nothing, nor does any other that is marked as not finite; were the \
                model's parameters damaged?

                """
            let table = try Program.run("predict", folder, file)
            #expect(table.status == 0)
            #expect(table.errors == warning)
            #expect(table.output.split(separator: "\n").count { $0.hasSuffix("not finite") } == 2)

            let lines = try Program.run("predict", folder, file, "--json", "--top", "2")
            #expect(lines.errors == warning)
            for line in lines.output.split(separator: "\n") {
                let answer = try JSONDecoder().decode(JSONValue.self, from: Data(line.utf8))
                #expect(answer["finite"] == .boolean(false))
                #expect(answer["entropy"] == .string("nan"))
                #expect(answer["exit"] == .integer(1))
            }
        }
    }

    /// An exit that gives NaN is never sure: the next one answers, and nothing is amiss with that.
    @Test func whatIsNotFiniteReachesTheLastExit() throws {
        try withTemporaryFolder { folder in
            try writeModel(to: folder, .nan, inBiasOf: "branch1.linear")
            let file = try write(SampleImages(count: 2).idx, to: "images", in: folder)
            let result = try Program.run("predict", folder, file, "--threshold", "inf", "--json")
            #expect(result.status == 0)
            #expect(result.errors.isEmpty)
            for line in result.output.split(separator: "\n") {
                let answer = try JSONDecoder().decode(JSONValue.self, from: Data(line.utf8))
                #expect(answer["finite"] == .boolean(true))
                #expect(answer["exit"] == .integer(1))
            }
        }
    }

    @Test(arguments: [("linear2", 2), ("branch1.linear", 1)])
    func evaluateEndsWithOne(layer: String, exit: Int) throws {
        try withTemporaryFolder { folder in
            try writeModel(to: folder, .nan, inBiasOf: layer)
            let result = try Program.run(
                "evaluate", folder, "--dataset", "digits", "--limit", "30", "--latency-images", "0",
                "--quiet", "--json")
            #expect(result.status == 1)
            #expect(
                result.errors == """
                    Error: 'b-lenet' gives logits that are NaN or infinite: of exit \(exit) for 30 of 30 \
                    images. No figure of it means anything; were its parameters damaged, or did its \
                    loss not stay finite?

                    """)
            let document = try JSONDecoder().decode(JSONValue.self, from: Data(result.output.utf8))
            #expect(document["finite"] == .boolean(false))
        }
    }

    @Test(arguments: [
        ["calibrate"], ["calibrate", "--certify", "--max-loss", "30%"], ["report", "--plot"],
        ["study", "thresholds"], ["bench", "--calls", "2"],
    ])
    func othersRefuse(command: [String]) throws {
        try withTemporaryFolder { folder in
            try writeModel(to: folder, .nan)
            let words = command.prefix { !$0.hasPrefix("--") }
            let result = try Program.run(
                words + [folder, "--dataset", "digits"] + command.dropFirst(words.count))
            #expect(result.status == 65, "\(result.errors)")
            #expect(result.output.isEmpty)
            #expect(result.errors.contains("NaN or infinite"), "\(result.errors)")
        }
    }
}

import Foundation
import TestSupport
import Testing

/// Several threads answer, and nobody can tell from what is printed.
struct PredictionOrderTests {
    private struct Answer: Decodable {
        let file: String
        let image: Int
        let entropy: Double
    }

    private func answers(_ output: String) throws -> [Answer] {
        try output.split(separator: "\n").map {
            try JSONDecoder().decode(Answer.self, from: Data($0.utf8))
        }
    }

    /// Files of many images and of one in turn, more of both than a thread takes at once.
    @Test func answersStandInTheOrderOfTheImages() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder + "/model")
            let images = SampleImages(count: 300)
            let idx = try write(images.idx, to: "images", in: folder)
            for index in 0..<300 {
                try write(images.png(index), to: "many/\(1000 + index).png", in: folder)
            }
            let result = try Program.run(
                "predict", folder + "/model", idx, folder + "/many", idx, "--json")
            let found = try answers(result.output)
            let many = (0..<300).map { "\(folder)/many/\(1000 + $0).png" }
            let expected =
                [String](repeating: idx, count: 300) + many
                + [String](repeating: idx, count: 300)
            #expect(found.map(\.file) == expected)
            let places = Array(0..<300) + [Int](repeating: 0, count: 300) + Array(0..<300)
            #expect(found.map(\.image) == places)
            let entropies = found.map(\.entropy)
            #expect(Set(entropies).count > 200)
            #expect(Array(entropies[300..<600]) == Array(entropies[..<300]))
            #expect(Array(entropies[600...]) == Array(entropies[..<300]))
        }
    }

    /// Whatever was found before the damage is printed, and nothing behind it.
    @Test(arguments: [0, 1, 63, 64, 150, 299], [false, true])
    func aDamagedFileEndsTheAnswersThere(place: Int, isJSON: Bool) throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeConstant(to: folder + "/model")
            let image = SampleImages(count: 1).png(0)
            for index in 0..<300 {
                let contents = index == place ? Array(image.dropLast(30)) : image
                try write(contents, to: "many/\(1000 + index).png", in: folder)
            }
            let result = try Program.run(
                ["predict", folder + "/model", folder + "/many"] + (isJSON ? ["--json"] : []))
            #expect(result.status == 65)
            #expect(
                result.errors.hasPrefix(
                    "Error: \(folder)/many/\(1000 + place).png: is damaged or incomplete"))
            let heading = isJSON || place == 0 ? 0 : 2
            #expect(result.output.split(separator: "\n").count == heading + place)
        }
    }

    @Test func aFileThatIsMissingEndsTheAnswersThere() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeConstant(to: folder)
            let idx = try write(SampleImages(count: 200).idx, to: "images", in: folder)
            let missing = folder + "/missing"
            let result = try Program.run("predict", folder, idx, missing, idx, "--json")
            #expect(result.status == 65)
            #expect(result.errors.hasPrefix("Error: \(missing): "))
            #expect(try answers(result.output).map(\.image) == Array(0..<200))
        }
    }

    @Test func aFullDeviceEndsIt() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeConstant(to: folder)
            let idx = try write(SampleImages(count: 2000).idx, to: "images", in: folder)
            let result = try Program.shell("\"$0\" predict $1 $2 > /dev/full", folder, idx)
            #expect(result.status == 73)
            #expect(
                result.errors == "Error: standard output: not written: No space left on device\n")
        }
    }

    /// The reader takes a line and waits, so that all threads wait for it; then it leaves, and so do
    /// they.
    @Test func anInterruptedRunSaysWhereItStopped() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeConstant(to: folder)
            let idx = try write(SampleImages(count: 20_000).idx, to: "images", in: folder)
            let line = """
                "$0" predict $1 $2 --json > $1/answers & run=$!
                while [ ! -s $1/answers ]; do :; done
                kill -INT $run; wait $run; echo $?
                """
            let result = try Program.shell(line, folder, idx)
            let count = try String(contentsOfFile: folder + "/answers", encoding: .utf8)
                .split(separator: "\n").count
            // It may have been done before the signal came.
            if result.output == "0\n" {
                #expect(count == 20_000)
            } else {
                #expect(result.output == "130\n")
                #expect(result.errors == "Error: stopped in \(idx) after \(count) images\n")
            }
        }
    }
}

import Foundation
import TestSupport
import Testing

struct PredictTests {
    private struct Answer: Decodable, Equatable {
        let `class`: Int
        let className: String
        let entropy: Double
        let exit: Int
        let exitName: String
        let file: String
        let image: Int
        let probability: Double
    }

    private func answers(_ arguments: String...) throws -> [Answer] {
        let result = try Program.run(["predict"] + arguments + ["--json"])
        #expect(result.status == 0)
        #expect(result.errors.isEmpty)
        return try result.output.split(separator: "\n").map {
            try JSONDecoder().decode(Answer.self, from: Data($0.utf8))
        }
    }

    /// All logits alike give an entropy of ln 10 = 2.3026; one of 10 above nine of 0 gives a
    /// probability of 1 / (1 + 9 / e¹⁰) = 0.99959 and an entropy of 0.0045.
    @Test func printsATableForEachFileAndOneForPictures() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeConstant(to: folder)
            let images = SampleImages(count: 3)
            let idx = try write(images.idx, to: "images", in: folder)
            let png = try write(images.png(0), to: "image.png", in: folder)
            let late = try Program.run("predict", folder, idx, png, png, "--limit", "2")
            #expect(late.status == 0)
            #expect(late.errors.isEmpty)
            #expect(
                withoutLatencies(late.output) == """
                    \(idx)
                     image       class        exit  entropy  probability
                         0           7  final exit   0.0045       0.9996
                         1           7  final exit   0.0045       0.9996
                     image       class        exit  entropy  probability  file
                         0           7  final exit   0.0045       0.9996  \(png)
                         0           7  final exit   0.0045       0.9996  \(png)

                    """)
            let early = try Program.run("predict", folder, png, "--threshold", "inf")
            #expect(
                withoutLatencies(early.output) == """
                     image       class        exit  entropy  probability  file
                         0           0      exit 1   2.3026       0.1000  \(png)

                    """)
        }
    }

    /// What differs from run to run is taken out.
    private func withoutLatencies(_ table: String) -> String {
        table.replacing(/[ ]+(latency|[0-9,.]+ µs)(?=\n|  )/, with: "")
    }

    @Test func resizesPicturesWhereThatIsAskedFor() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeConstant(to: folder + "/model")
            let pixels = [UInt8](repeating: 7, count: 3 * 40 * 30)
            let picture = try write(
                SampleBytes.png(pixels, width: 40, height: 30, channels: 3), to: "a.png", in: folder
            )
            let refused = try Program.run("predict", folder + "/model", picture)
            #expect(refused.status == 65)
            #expect(refused.errors.contains("--resize brings pictures to that"))
            let answered = try Program.run("predict", folder + "/model", picture, "--resize")
            #expect(answered.status == 0, "\(answered.errors)")
            #expect(answered.output.contains("final exit"))
            #expect(answered.errors.contains("resized to 28 pixels, then the middle"))
        }
    }

    @Test func answersAllImagesOfAFolder() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeConstant(to: folder + "/model")
            let images = SampleImages(count: 3)
            let place = folder + "/images"
            for (name, index) in [("b.png", 0), ("sub/a.PNG", 1), ("a.png", 2)] {
                try write(images.png(index), to: name, in: place)
            }
            try write([1], to: "sub/notes.txt", in: place)
            try write([1], to: ".hidden.png", in: place)
            let table = try Program.run("predict", folder + "/model", place)
            #expect(table.status == 0)
            #expect(
                table.errors
                    == "\(place): passed over sub/notes.txt: not .png, .jpg, .jpeg, .webp or .bmp\n"
                    + "\(place): passed over .hidden.png: hidden\n")
            #expect(
                withoutLatencies(table.output) == """
                    \(place)
                     image       class        exit  entropy  probability  file
                         0           7  final exit   0.0045       0.9996  a.png
                         0           7  final exit   0.0045       0.9996  b.png
                         0           7  final exit   0.0045       0.9996  sub/a.PNG

                    """)
            let limited = try Program.run(
                "predict", folder + "/model", place + "/", "--limit", "2", "--json")
            let files = try limited.output.split(separator: "\n").map {
                try JSONDecoder().decode(Answer.self, from: Data($0.utf8)).file
            }
            #expect(files == ["\(place)/a.png", "\(place)/b.png"])
        }
    }

    /// What is behind the images that are asked for is not even looked at.
    @Test func readsNoFurtherThanTheLimit() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeConstant(to: folder)
            let images = SampleImages(count: 200)
            let file = try write(images.gzip.dropLast(1000), to: "cut.gz", in: folder)
            let some = try Program.run("predict", folder, file, "--limit", "3", "--json")
            #expect(some.status == 0, "\(some.errors)")
            #expect(some.output.split(separator: "\n").count == 3)
            let all = try Program.run("predict", folder, file, "--json")
            #expect(all.status == 1)
            #expect(all.errors.hasPrefix("Error: \(file): cannot be read (truncated gzip input)"))
        }
    }

    #if os(Linux)
    @Test func namesFilesWhoseNamesAreNoText() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeConstant(to: folder + "/model")
            try write(SampleImages(count: 1).png(0), to: "a.png", in: folder + "/images")
            let copied = try Program.shell(
                #"cp "$1/a.png" "$1/$(printf '\351.png')""#, folder + "/images")
            #expect(copied.status == 0)
            let result = try Program.run("predict", folder + "/model", folder + "/images")
            #expect(result.status == 65)
            #expect(
                result.errors == #"""
                    Error: \#(folder)/images/\xe9.png: has a name that cannot be read; expected \#
                    names in UTF-8; found \xe9.png. Rename it

                    """#)
        }
    }
    #endif

    /// Escape sequences, line breaks and changes of the direction of writing.
    @Test func printsNamesThatNoTerminalTakesEscaped() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeConstant(to: folder + "/model")
            let place = folder + "/im\u{1B}[31mages"
            let name = "a\u{202E}\n\u{9B}.png"
            try FileManager.default.createDirectory(
                atPath: place, withIntermediateDirectories: true)
            try Data(SampleImages(count: 1).png(0)).write(
                to: URL(fileURLWithPath: place + "/" + name))
            try Data().write(to: URL(fileURLWithPath: place + "/b\u{7}"))
            let table = try Program.run("predict", folder + "/model", place)
            #expect(table.status == 0, "\(table.errors)")
            #expect(table.errors.contains(#"passed over b\u0007: not .png"#))
            #expect(table.output.contains(#"/im\u001b[31mages"#))
            #expect(table.output.contains(#"  a\u202e\u000a\u009b.png"#))
            let json = try Program.run("predict", folder + "/model", place, "--json")
            let line = try #require(json.output.split(separator: "\n").first)
            #expect(
                try JSONDecoder().decode(Answer.self, from: Data(line.utf8)).file == place + "/"
                    + name)
            for text in [table.output, table.errors, json.output] {
                #expect(
                    !text.unicodeScalars.contains {
                        "\u{1B}\u{202E}\u{9B}\u{7}".unicodeScalars.contains($0)
                    })
            }
            let missing = try Program.run("predict", folder + "/model", folder + "/no\u{1B}\nne")
            #expect(missing.status == 65)
            #expect(missing.errors.contains(#"/no\u001b\u000ane: not read: "#))
        }
    }

    @Test func ranksTheMostProbableClasses() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder)
            let file = try write(SampleImages(count: 1).idx, to: "images", in: folder)
            let result = try Program.run("predict", folder, file, "--json", "--top", "10")
            let answer = try JSONDecoder().decode(JSONValue.self, from: Data(result.output.utf8))
            let top = answer["top"]?.elements ?? []
            let probabilities = top.compactMap { $0["probability"]?.double }
            #expect(top.first?["class"] == answer["class"])
            #expect(top.first?["probability"] == answer["probability"])
            #expect(probabilities.count == 10)
            #expect(probabilities == probabilities.sorted(by: >))
            // Ten floats near 0.1, each of three roundings: ten times a few units of 2⁻²⁷.
            #expect(abs(probabilities.reduce(0, +) - 1) < 1e-6)
        }
    }

    @Test func printsALineOfJSONForEachImage() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder)
            let file = try write(SampleImages(count: 5).idx, to: "images", in: folder)
            let all = try answers(folder, file)
            #expect(all.map(\.image) == Array(0..<5))
            for answer in all {
                #expect(answer.file == file)
                #expect(0..<10 ~= answer.class)
                #expect(answer.className == String(answer.class))
                #expect(answer.exit == 1)
                #expect(answer.exitName == "final exit")
                #expect(0...log(10.001) ~= answer.entropy)
                #expect(0.1...1 ~= answer.probability)
            }
            let early = try answers(folder, file, "--threshold", "inf")
            #expect(early.allSatisfy { $0.exit == 0 && $0.exitName == "branch1" })
        }
    }

    @Test func readsEveryKindOfFileAlike() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder)
            let images = SampleImages(count: 2)
            let files = try [
                write(images.idx, to: "images", in: folder),
                write(images.gzip, to: "images.gz", in: folder),
                write(images.png(0), to: "0.png", in: folder),
                write(images.png(1), to: "1.png", in: folder),
            ]
            let found = try answers(folder, files[0], files[1], files[2], files[3])
            let numbers = found.map { [Double($0.class), $0.entropy, $0.probability] }
            #expect(found.map(\.file) == [0, 0, 1, 1, 2, 3].map { files[$0] })
            #expect(numbers[0] != numbers[1])
            #expect(Array(numbers[2...3]) == Array(numbers[0...1]))
            #expect(Array(numbers[4...5]) == Array(numbers[0...1]))
        }
    }

    @Test(arguments: [("0", 0), ("2", 2), ("3", 3), ("4", 3)])
    func answersAtMostTheLimit(limit: String, count: Int) throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder)
            let file = try write(SampleImages(count: 3).idx, to: "images", in: folder)
            let found = try answers(folder, file, "--limit", limit)
            #expect(found.count == count)
        }
    }

    /// Two ways of summing up, so entropies may differ in the last digits of a float.
    @Test(.enabled(if: Program.hasOneDNN))
    func enginesGiveTheSameAnswers() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder)
            let file = try write(SampleImages(count: 5).idx, to: "images", in: folder)
            for threshold in ["0", "inf"] {
                let native = try answers(folder, file, "--threshold", threshold)
                let onednn = try answers(
                    folder, file, "--threshold", threshold, "--engine", "onednn")
                #expect(native.map(\.class) == onednn.map(\.class))
                #expect(native.map(\.exit) == onednn.map(\.exit))
                for (one, other) in zip(native, onednn) {
                    #expect(abs(one.entropy - other.entropy) < 1e-4)
                }
            }
        }
    }

    @Test func kernelsAreChosenByTheEnvironment() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeConstant(to: folder)
            let file = try write(SampleImages(count: 1).idx, to: "images", in: folder)
            let line = "BRANCHYNET_KERNELS=$3 \"$0\" predict $1 $2"
            let portable = try Program.shell(line, folder, file, "portable")
            #expect(portable.status == 0)
            #expect(portable.output.contains("0.9996"))
            let unknown = try Program.shell(line, folder, file, "mmx")
            #expect(unknown.status == 1)
            #expect(
                unknown.errors == "Error: BRANCHYNET_KERNELS is 'mmx', expected one of portable, "
                    + "neon, avx2, avx512, avx512bf16\n")
        }
    }

    @Test func sayNothingAboutNoImages() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder)
            let file = try write(SampleImages(count: 0).idx, to: "images", in: folder)
            let found = try answers(folder, file)
            #expect(found.isEmpty)
        }
    }

    @Test func endsQuietlyWhereNobodyReadsOn() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder)
            let file = try write(SampleImages(count: 500).idx, to: "images", in: folder)
            let result = try Program.shell("\"$0\" predict $1 $2 | head -n 1", folder, file)
            #expect(result.output == file + "\n")
            #expect(result.errors.isEmpty)
        }
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
    func failsWhereItsOutputIsLost() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder)
            let file = try write(SampleImages(count: 1).idx, to: "images", in: folder)
            for command in ["predict $1 $2", "predict $1 $2 --json", "inspect $1", "inspect lenet"]
            {
                let result = try Program.shell("\"$0\" \(command) > /dev/full", folder, file)
                #expect(result.status == 73, "\(command)")
                #expect(
                    result.errors
                        == "Error: standard output: not written: No space left on device\n")
            }
        }
    }
}

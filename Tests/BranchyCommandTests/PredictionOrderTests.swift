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

    /// The others are answered in order, and the damaged one is named: in JSON in its place too.
    @Test(arguments: [[0], [1], [63, 64], [150], [0, 1, 2, 298, 299]], [false, true])
    func aDamagedFileIsNamedAndLeftOut(places: [Int], isJSON: Bool) throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeConstant(to: folder + "/model")
            let names = try writeMany(to: folder + "/many", damaged: places)
            let result = try Program.run(
                ["predict", folder + "/model", folder + "/many"] + (isJSON ? ["--json"] : []))
            #expect(result.status == 1)
            let errors = result.errors.split(separator: "\n")
            #expect(errors.count == places.count + 1)
            for (place, error) in zip(places, errors) {
                #expect(
                    error.hasPrefix("Error: \(folder)/many/\(names[place]): is damaged or incomp"))
            }
            #expect(errors.last?.hasSuffix(" above; \(300 - places.count) images were") == true)
            if isJSON {
                let lines = try documents(result.output)
                #expect(lines.map { $0["file"] } == names.map { .string("\(folder)/many/\($0)") })
                let failed = lines.indices.filter { lines[$0]["error"] != nil }
                #expect(failed == places)
            } else {
                let rows = result.output.split(separator: "\n").dropFirst(2)
                let answered = names.indices.filter { !places.contains($0) }.map { names[$0] }
                #expect(rows.map { $0.split(separator: " ").last.map(String.init) } == answered)
            }
        }
    }

    private func documents(_ output: String) throws -> [JSONValue] {
        try output.split(separator: "\n").map {
            try JSONDecoder().decode(JSONValue.self, from: Data($0.utf8))
        }
    }

    /// Writes 300 images, some of them cut short.
    private func writeMany(to folder: String, damaged: [Int] = []) throws -> [String] {
        let image = SampleImages(count: 1).png(0)
        return try (0..<300).map { index in
            let contents = damaged.contains(index) ? Array(image.dropLast(30)) : image
            try write(contents, to: "\(1000 + index).png", in: folder)
            return "\(1000 + index).png"
        }
    }

    @Test func nothingButDamagedFilesIsBadData() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeConstant(to: folder + "/model")
            _ = try writeMany(to: folder + "/many", damaged: Array(0..<300))
            let result = try Program.run("predict", folder + "/model", folder + "/many")
            #expect(result.status == 65)
            #expect(result.output.isEmpty)
            #expect(result.errors.split(separator: "\n").count == 300)
        }
    }

    /// Pictures that are named one by one stand in one table, whichever of them is missing.
    @Test(arguments: [0, 1, 2])
    func aPictureThatIsMissingLeavesTheTableWhole(place: Int) throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeConstant(to: folder)
            let image = try write(SampleImages(count: 1).png(0), to: "image.png", in: folder)
            var files = [image, image]
            files.insert(folder + "/none.png", at: place)
            files.insert(folder + "/none", at: place)
            let result = try Program.run(["predict", folder] + files)
            #expect(result.status == 1)
            #expect(result.output.components(separatedBy: "probability").count == 2)
            #expect(result.output.split(separator: "\n").count == 3)
        }
    }

    /// Only what is answered counts.
    @Test func aDamagedFileTakesNoPlaceOfTheLimit() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeConstant(to: folder + "/model")
            _ = try writeMany(to: folder + "/many", damaged: [1, 5])
            let result = try Program.run(
                "predict", folder + "/model", folder + "/many", "--limit", "3", "--json")
            #expect(result.status == 1)
            let images = try documents(result.output).map { $0["image"] }
            #expect(images == [.integer(0), nil, .integer(0), .integer(0)])
        }
    }

    @Test func aFileThatIsMissingIsNamedInItsPlace() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeConstant(to: folder)
            let idx = try write(SampleImages(count: 200).idx, to: "images", in: folder)
            let missing = folder + "/missing"
            let result = try Program.run("predict", folder, idx, missing, idx, "--json")
            #expect(result.status == 1)
            #expect(
                result.errors == """
                    Error: \(missing): not read: open: No such file or directory
                    1 file could not be answered, as said above; 400 images were

                    """)
            let lines = try documents(result.output)
            #expect(lines.map { $0["image"] != nil } == (0...400).map { $0 != 200 })
            #expect(
                lines[200]
                    == .object([
                        "file": .string(missing),
                        "error": .string("\(missing): not read: open: No such file or directory"),
                    ]))
        }
    }

    /// The file is cut in its second stream of gzip, so of the first one 64 images are a piece.
    @Test func anIDXFileThatIsDamagedInTheMiddleIsAnsweredUpToThere() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeConstant(to: folder)
            let images = SampleImages(count: 200)
            let cut = try write(images.gzip.dropLast(50_000), to: "cut.gz", in: folder)
            let whole = try write(images.idx, to: "whole", in: folder)
            let result = try Program.run("predict", folder, cut, whole, "--json")
            #expect(result.status == 1)
            #expect(result.errors.hasPrefix("Error: \(cut): cannot be read (truncated gzip input)"))
            let places = try documents(result.output).map { $0["image"] }
            let wholePiece = (0..<64).map { JSONValue.integer($0) }
            #expect(places.prefix(64).elementsEqual(wholePiece))
            #expect(places.count == 265)
            #expect(places[64] == nil)
            #expect(places.last == .integer(199))
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

import BranchyCompute
import BranchyNet
import BranchyTraining
import Foundation
import TestSupport
import Testing

/// What `predict` says about files and thresholds that it cannot use.
struct InputRefusalTests {
    private func refusal(of bytes: [UInt8], name: String = "file") throws -> String {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder)
            let file = try write(bytes, to: name, in: folder)
            let result = try Program.run("predict", folder, file, "--json")
            #expect(result.status == 65)
            let line = try JSONDecoder().decode(JSONValue.self, from: Data(result.output.utf8))
            #expect(line["file"] == .string(file))
            guard case .string(let error)? = line["error"] else {
                Issue.record("no error in \(result.output)")
                return ""
            }
            #expect(result.errors == "Error: \(error)\n")
            return result.errors.replacingOccurrences(of: file, with: "FILE")
        }
    }

    @Test func refusesAnEmptyFile() throws {
        let message = try refusal(of: [])
        #expect(message.hasPrefix("Error: FILE: expected a picture in PNG, JPEG"))
        #expect(message.hasSuffix("found an empty file\n"))
    }

    @Test func refusesATruncatedFile() throws {
        let message = try refusal(of: SampleImages(count: 2).idx.dropLast(100))
        #expect(
            message == """
                Error: FILE: is truncated; expected 2x28x28 = 1568 bytes of data; found 1468. The \
                file is not complete: fetch it again

                """)
        let compressed = try refusal(of: SampleImages(count: 2).gzip.dropLast(100))
        #expect(compressed.hasPrefix("Error: FILE: cannot be read (truncated gzip input)"))
        let image = try refusal(of: SampleImages(count: 1).png(0).dropLast(100))
        #expect(image.hasPrefix("Error: FILE: is damaged or incomplete ("))
    }

    @Test func refusesAHeaderThatClaimsTooMuch() throws {
        var bytes = SampleImages(count: 1).idx
        bytes[4] = 0x80
        let message = try refusal(of: bytes)
        #expect(
            message.contains("expected 2147483649x28x28 = 1683627180816 bytes of data; found 784"))
    }

    @Test func refusesSizesThatAZeroHides() throws {
        let sizes: [UInt8] = [0, 0, 0, 0] + [UInt8](repeating: 255, count: 8)
        let message = try refusal(of: [0, 0, 8, 3] + sizes)
        #expect(
            message == """
                Error: FILE: claims to hold 0x4294967295x4294967295 bytes; expected sizes that a \
                file can have; found 0 bytes of data

                """)
    }

    @Test func refusesOtherKindsOfFiles() throws {
        let labels = try refusal(of: [0, 0, 8, 1, 0, 0, 0, 2, 3, 4])
        #expect(labels.contains("found 2 bytes, which is a file of labels"))
        let text = try refusal(of: Array("{}".utf8))
        #expect(text.hasPrefix("Error: FILE: is not an IDX file; expected "))
        let small = try refusal(of: [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9])
        #expect(
            small == "Error: FILE has images of shape 1x1x1, the network expects 1x28x28\n")
    }

    @Test func refusesImagesOfAnotherSizeOrColour() throws {
        let small = try refusal(of: SampleBytes.png([0, 9], width: 2, height: 1, channels: 1))
        #expect(
            small == """
                Error: FILE has 2 x 1 pixels in gray, which is the shape 1x1x2; the network expects \
                1x28x28. --resize brings pictures to that

                """)
        let pixels = [UInt8](repeating: 7, count: 3 * 28 * 28)
        let coloured = try refusal(
            of: SampleBytes.png(pixels, width: 28, height: 28, channels: 3))
        #expect(
            coloured == """
                Error: FILE has 28 x 28 pixels in RGB, which is the shape 3x28x28; the network \
                expects 1x28x28. --resize brings pictures to that

                """)
    }

    @Test func refusesFilesAndFoldersThatAreNotThere() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder)
            let missing = try Program.run("predict", folder, folder + "/none")
            #expect(missing.status == 65)
            #expect(
                missing.errors
                    == "Error: \(folder)/none: not read: open: No such file or directory\n")
            let directory = try Program.run("predict", folder, folder)
            #expect(directory.status == 65)
            #expect(
                directory.errors == """
                    Error: \(folder): there is no image in this folder; expected files that end in \
                    .png, .jpg, .jpeg, .webp or .bmp

                    """)
            let data = try Program.run("evaluate", folder, "--data-dir", folder + "/none")
            #expect(data.status == 65)
            #expect(data.errors.hasPrefix("Error: \(folder)/none: there is no such folder. "))
        }
    }

    /// What is wrong with more than a file ends the answers where it is met.
    @Test func answersTheFilesBeforeAFolderWithoutImages() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder)
            let file = try write(SampleImages(count: 1).idx, to: "images", in: folder)
            let result = try Program.run("predict", folder, file, folder, file, "--json")
            #expect(result.status == 65)
            #expect(result.output.split(separator: "\n").count == 1)
        }
    }

    @Test(arguments: [
        (["0.3,0.3"], "2 thresholds for a network with 2 exits, expected 1"),
        (
            ["0,5"],
            "one for each exit but the final one; a comma stands between thresholds, and within one "
                + "a point, as in 0.1"
        ),
        (["0.3", "0.3"], "2 thresholds for a network with 2 exits, expected 1"),
        (["nan"], "The value 'nan' is invalid for '--threshold <T>': expected numbers of 0"),
        (["-1"], "The value '-1' is invalid for '--threshold <T>': expected numbers of 0"),
        (["-inf"], "The value '-inf' is invalid for '--threshold <T>': expected numbers of 0"),
        (["0.3,"], "The value '0.3,' is invalid for '--threshold <T>'"),
    ])
    func refusesThresholdsThatAreNone(values: [String], message: String) throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder)
            let thresholds = values.map { "--threshold=" + $0 }
            for command in [["predict", folder, "images"], ["evaluate", folder]] {
                let result = try Program.run(command + thresholds)
                #expect(result.status == 64)
                #expect(result.output.isEmpty)
                #expect(result.errors.contains(message), "\(result.errors)")
            }
        }
    }

    @Test func asksForNoThresholdsWhereThereIsOneExit() throws {
        try withTemporaryFolder { folder in
            let network = BranchedNetwork.leNet
            try SampleModel.write(
                network, ParameterStore.initial(for: network, seed: 1), to: folder, policy: nil)
            try write(
                SampleBytes.png(
                    [UInt8](repeating: 9, count: 784), width: 28, height: 28, channels: 1),
                to: "digit.png", in: folder)
            let result = try Program.run("predict", folder, folder + "/digit.png", "--json")
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.output.contains(#""exit":0"#), "\(result.output)")
        }
    }

    @Test func asksForThresholdsWhereTheModelHasNone() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder, policy: nil)
            let result = try Program.run("predict", folder, "images")
            #expect(result.status == 64)
            #expect(
                result.errors.contains("\(folder) has no exit thresholds yet; pass --threshold"))
        }
    }
}

import Foundation
import TestSupport
import Testing

/// A run on an image folder: 160 images to learn from, of which 100 choose thresholds (fewer are
/// refused), and forty to test on, of ten classes.
@Suite(.enabled(if: Program.hasOneDNN))
struct ImageFolderRunTests {
    private let settings = """
        --set epochs=1 --set batchSize=8 --set data.validationImages=5 \
        --set data.calibrationImages=100 --quiet
        """

    @Test func findsTheSameImagesFromAnotherFolder() throws {
        try withTemporaryFolder { folder in
            try SampleRun.writeImages(to: folder + "/pictures")
            let training = try Program.shell(
                "cd $1 && \"$0\" train b-lenet -o run --dataset folder:pictures \(settings)", folder
            )
            #expect(training.status == 0, "\(training.errors)")
            let model = folder + "/run"
            for command in [["evaluate", "--split", "calibration"], ["calibrate"]] {
                let result = try Program.run(
                    [command[0], model, "--json", "--quiet"] + command.dropFirst())
                #expect(result.status == 0, "\(result.errors)")
                let answer = try JSONDecoder().decode(
                    JSONValue.self, from: Data(result.output.utf8))
                #expect(answer["dataset"] == .string("folder:pictures"))
                #expect(answer["samples"] == .integer(100))
            }
        }
    }

    /// 100 images of 62,500 bytes, which are held three times: 18,750,000 bytes. They are no images
    /// for the network either, which shows once they are read.
    @Test func refusesMoreImagesThanMemoryIsAllowedFor() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder + "/model")
            for index in 0..<100 {
                let pixels = [UInt8](repeating: UInt8(index), count: 62_500)
                try write(
                    SampleBytes.png(pixels, width: 250, height: 250, channels: 1),
                    to: "\(index < 50 ? "train" : "test")/class0/\(index).png",
                    in: folder + "/pictures")
            }
            for (limit, isEnough) in [("18749999", false), ("18750000", true)] {
                let result = try Program.run(
                    "evaluate", folder + "/model", "--dataset", "folder:\(folder)/pictures",
                    "--threshold", "0.3", "--quiet", "--memory-limit", limit)
                #expect(result.status == 65)
                #expect(result.errors.contains("has too many images") == !isEnough)
                #expect(result.errors.contains("`--memory-limit` allows more") == !isEnough)
            }
        }
    }

    @Test func refusesImagesThatHaveChangedUnlessTheyAreAskedFor() throws {
        try withTemporaryFolder { folder in
            let images = folder + "/pictures"
            try SampleRun.writeImages(to: images)
            let training = try Program.shell(
                "\"$0\" train b-lenet -o $1/run --dataset folder:$1/pictures \(settings)", folder)
            #expect(training.status == 0, "\(training.errors)")
            try write(SampleImages(count: 1, seed: 9).png(0), to: "train/class0/0.png", in: images)
            let arguments = ["evaluate", folder + "/run", "--quiet", "--latency-images", "0"]
            let changed = try Program.run(arguments)
            #expect(changed.status == 65)
            #expect(
                changed.errors.hasPrefix(
                    "Error: folder:pictures: the training images are not those that"))
            let asked = try Program.run(arguments + ["--dataset", "folder:" + images])
            #expect(asked.status == 0, "\(asked.errors)")
            try FileManager.default.removeItem(atPath: images)
            let missing = try Program.run(arguments)
            #expect(
                missing.errors == "Error: \(images): there is no such folder or archive\n")
        }
    }
}

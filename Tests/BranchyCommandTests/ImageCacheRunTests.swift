import Foundation
import TestSupport
import Testing

/// Decoded images that commands leave to each other.
@Suite(.enabled(if: Program.hasOneDNN))
struct ImageCacheRunTests {
    private let whole = ["--set", "data.cropArea=1"]

    /// Parts are cut out of what is kept, and are the same as without.
    @Test func randomPartsAreTheSameToTheBit() throws {
        try SamplePhotos.withFolder { folder in
            let cache = folder + "/cache"
            for (run, arguments) in [
                ("plain", []), ("first", ["--cache", cache]), ("second", ["--cache", cache]),
            ] {
                let training = try Program.run(
                    ["train", "b-photo", "-o", folder + "/" + run, "--size", "32", "--epochs", "2"]
                        + ["--dataset", "folder:\(folder)/my photos", "--threads", "1"]
                        + ["--set", "data.calibrationImages=4"] + arguments)
                #expect(training.status == 0, "\(training.errors)")
            }
            let parameters = try ["plain", "first", "second"].map {
                try Data(
                    contentsOf: URL(fileURLWithPath: "\(folder)/\($0)/parameters.safetensors"))
            }
            #expect(Set(parameters).count == 1)
            let files = try FileManager.default.contentsOfDirectory(atPath: cache).sorted()
            #expect(files.count == 2)
            #expect(files.first?.hasSuffix("-crops.images") == true, "\(files)")
        }
    }

    @Test func runsAreTheSameToTheBitAndDecodeOnce() throws {
        try SamplePhotos.withFolder { folder in
            let cache = folder + "/deep/cache"
            var made: [Int] = []
            for (run, arguments) in [
                ("plain", []), ("first", ["--cache", cache]), ("second", ["--cache", cache]),
            ] {
                let training = try Program.run(
                    ["train", "b-photo", "-o", folder + "/" + run, "--size", "32", "--epochs", "2"]
                        + ["--dataset", "folder:\(folder)/my photos", "--threads", "1"]
                        + ["--set", "data.calibrationImages=4"] + whole + arguments)
                #expect(training.status == 0, "\(training.errors)")
                if run != "plain" { made.append(try identity(in: cache)) }
            }
            #expect(made.first == made.last)
            let parameters = try ["plain", "first", "second"].map {
                try Data(
                    contentsOf: URL(fileURLWithPath: "\(folder)/\($0)/parameters.safetensors"))
            }
            #expect(Set(parameters).count == 1)
            // Another size takes its place, and says so.
            let other = try Program.run(
                ["train", "b-photo", "-o", folder + "/other", "--size", "40", "--epochs", "1"]
                    + ["--dataset", "folder:\(folder)/my photos", "--cache", cache]
                    + ["--set", "data.calibrationImages=4"] + whole)
            #expect(other.status == 0, "\(other.errors)")
            #expect(other.errors.contains("it is made anew"), "\(other.errors)")
        }
    }

    /// Which file the only one in a folder of caches is.
    private func identity(in cache: String) throws -> Int {
        let files = try FileManager.default.contentsOfDirectory(atPath: cache)
        #expect(files.count == 1)
        let name = try #require(files.first)
        #expect(name.hasPrefix("my_photos-") && name.hasSuffix(".images"))
        let attributes = try FileManager.default.attributesOfItem(atPath: cache + "/" + name)
        return try #require(attributes[.systemFileNumber] as? Int)
    }

    @Test func whatCannotBeKeptIsRefusedBeforeAnythingIsMade() throws {
        try SamplePhotos.withFolder { folder in
            let cropped = try SamplePhotos.train(
                folder, "--cache", folder + "/cache", "--set", "data.cropSource=file")
            #expect(cropped.status == 65)
            #expect(cropped.errors.contains("--set data.cropSource=resized"), "\(cropped.errors)")
            #expect(cropped.errors.contains("--set data.cropArea=1"), "\(cropped.errors)")
            #expect(!FileManager.default.fileExists(atPath: folder + "/run"))
            #expect(!FileManager.default.fileExists(atPath: folder + "/cache"))
            let file = try write([1], to: "file", in: folder)
            let refused = try SamplePhotos.train(
                folder, "--cache", file, "--set", "data.cropArea=1")
            #expect(refused.status == 73, "\(refused.errors)")
            #expect(refused.errors.contains("\(file): cannot make the folder"))
        }
    }
}

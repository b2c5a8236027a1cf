import BranchyNet
import Foundation
import TestSupport
import Testing

/// A folder without a test part that has changed since a model was trained on it.
@Suite(.enabled(if: Program.hasOneDNN))
struct GrownFolderTests {
    private func evaluate(
        _ folder: String, _ arguments: String...
    ) throws -> (Program.Result, JSONValue?) {
        let result = try Program.run(
            ["evaluate", folder + "/run", "--threshold", "0.5", "--latency-images", "0"]
                + ["--json", "--quiet"] + arguments)
        let document = try? JSONDecoder().decode(JSONValue.self, from: Data(result.output.utf8))
        return (result, document)
    }

    private func train(_ folder: String) throws {
        let training = try SamplePhotos.train(folder)
        #expect(training.status == 0, "\(training.errors)")
    }

    @Test(arguments: ["test", "calibration", "validation"])
    func newFilesAreNotUsed(split: String) throws {
        try SamplePhotos.withFolder { folder in
            try train(folder)
            let (_, before) = try evaluate(folder, "--split", split)
            try SamplePhotos.write(30..<80, to: folder + "/my photos")
            try write(
                SamplePhotos.picture(99, alongRows: true), to: "another/1.png",
                in: folder + "/my photos")
            try write([], to: "rows/empty.png", in: folder + "/my photos")
            let (after, document) = try evaluate(folder, "--split", split)
            #expect(after.status == 0, "\(after.errors)")
            #expect(after.errors.contains("has 101 images that are new since"), "\(after.errors)")
            #expect(before != nil)
            #expect(document == before)
        }
    }

    @Test func theListIsPartOfTheModelAndGoesOnWithTheRun() throws {
        try SamplePhotos.withFolder { folder in
            try train(folder)
            let list = try String(contentsOfFile: folder + "/run/images.csv", encoding: .utf8)
            #expect(list.hasPrefix("path,label,part,fingerprint\n"))
            #expect(list.split(separator: "\n").count == 61)
            let manifest = try String(
                contentsOfFile: folder + "/run/manifest.json", encoding: .utf8)
            #expect(manifest.contains("\"images.csv\""))
            try SamplePhotos.write(30..<50, to: folder + "/my photos")
            let more = try SamplePhotos.train(folder, "--resume", "--epochs", "+1")
            #expect(more.status == 0, "\(more.errors)")
            #expect(more.errors.contains("34 images to train on"), "\(more.errors)")
            let kept = try String(contentsOfFile: folder + "/run/images.csv", encoding: .utf8)
            #expect(kept == list)
            try (list + "\n").write(
                toFile: folder + "/run/images.csv", atomically: true, encoding: .utf8)
            let (spoilt, _) = try evaluate(folder)
            #expect(spoilt.status == 65)
            #expect(spoilt.errors.contains("images.csv"), "\(spoilt.errors)")
        }
    }

    @Test func whatIsGoneOrChangedIsNamed() throws {
        try SamplePhotos.withFolder { folder in
            try train(folder)
            let photos = folder + "/my photos"
            try FileManager.default.removeItem(atPath: photos + "/rows/1.png")
            try write(SamplePhotos.picture(77, alongRows: true), to: "rows/2.png", in: photos)
            let (refused, _) = try evaluate(folder)
            #expect(refused.status == 65)
            for text in [
                "2 of the images that", "rows/1.png is gone", "rows/2.png is another file now",
            ] {
                #expect(refused.errors.contains(text), "\(refused.errors)")
            }
            let (asked, _) = try evaluate(folder, "--dataset", "folder:" + photos)
            #expect(asked.status == 0, "\(asked.errors)")
            #expect(asked.errors.contains("images that"), "\(asked.errors)")
            #expect(asked.errors.contains("learnt from, and lacks others"), "\(asked.errors)")
        }
    }

    @Test func aFolderThatHasMovedAndGrownHasTheSameTestImages() throws {
        try SamplePhotos.withFolder { folder in
            try train(folder)
            let (_, before) = try evaluate(folder)
            let moved = folder + "/photos elsewhere"
            try FileManager.default.moveItem(atPath: folder + "/my photos", toPath: moved)
            try SamplePhotos.write(30..<60, to: moved)
            let (after, document) = try evaluate(folder, "--dataset", "folder:" + moved)
            #expect(after.status == 0, "\(after.errors)")
            #expect(before?["accuracy"] == document?["accuracy"])
            #expect(document?["samples"] == .integer(10))
        }
    }
}

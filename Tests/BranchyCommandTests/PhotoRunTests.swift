import Foundation
import TestSupport
import Testing

/// Folders of pictures as people have them: of several sizes, without a test part.
@Suite(.enabled(if: Program.hasOneDNN))
struct PhotoRunTests {
    @Test func trainsEvaluatesAndPredictsPicturesAsTheyAre() throws {
        try SamplePhotos.withFolder { folder in
            let training = try SamplePhotos.train(folder)
            #expect(training.status == 0, "\(training.errors)")
            for line in [
                "brought to 37 pixels on their shorter side and the middle 32 x 32",
                "34 images to train on, 12 for validation, 4 for calibration, 10 to test on",
                "has 2 classes: the last layer of each exit",
            ] {
                #expect(training.errors.contains(line), "\(training.errors)")
            }
            let again = try SamplePhotos.train(folder, "--resume")
            #expect(again.status == 0, "\(again.errors)")
            let evaluation = try Program.run(
                "evaluate", folder + "/run", "--threshold", "0.5", "--json", "--quiet")
            #expect(evaluation.status == 0, "\(evaluation.errors)")
            let document = try JSONDecoder().decode(
                JSONValue.self, from: Data(evaluation.output.utf8))
            #expect(document["samples"] == .integer(10))
            try write(
                SamplePhotos.picture(2, alongRows: true).dropLast(40), to: "new/2.png", in: folder)
            for number in [1, 3] {
                try write(
                    SamplePhotos.picture(number, alongRows: true), to: "new/\(number).png",
                    in: folder)
            }
            let prediction = try Program.run(
                "predict", folder + "/run", folder + "/new", "--threshold", "0.5", "--json")
            #expect(prediction.status == 1)
            #expect(prediction.output.split(separator: "\n").count == 3)
            #expect(prediction.errors.contains("new/2.png: is damaged or incomplete"))
        }
    }

    /// All that varies images together, and the run is the same however often it is begun.
    @Test func variedAndMixedPicturesTrainToTheSameModel() throws {
        try SamplePhotos.withFolder { folder in
            let settings = [
                "data.cropArea=0.5", "data.colorJitter={brightness: 0.3, contrast: 0.3}",
                "data.colorJitter={saturation: 0.3, hue: 0.05}", "data.erasing.probability=0.5",
                "data.erasing.value=random", "data.mixup=0.2", "data.cutmix=1",
                "data.classWeights=balanced",
            ].flatMap { ["--set", $0] }
            let models = try ["one", "two"].map { name in
                let training = try SamplePhotos.train(
                    folder, ["--threads", "1"] + settings, into: name)
                #expect(training.status == 0, "\(training.errors)")
                let recipe = try String(
                    contentsOfFile: "\(folder)/\(name)/recipe.yaml", encoding: .utf8)
                #expect(recipe.contains("mixup: 0.2") && recipe.contains("hue: 0.05"))
                return FileManager.default.contents(
                    atPath: "\(folder)/\(name)/parameters.safetensors")
            }
            #expect(models[0] != nil && models[0] == models[1])
        }
    }

    @Test func whatCannotBeReadIsRefusedOrLeftOutAndRecorded() throws {
        try SamplePhotos.withFolder { folder in
            try write(Array("<html>".utf8), to: "rows/page.jpg", in: folder + "/my photos")
            try write([1, 2], to: "rows/notes.txt", in: folder + "/my photos")
            let refused = try SamplePhotos.train(folder)
            #expect(refused.status == 65)
            #expect(refused.errors.contains("1 of 61 images cannot be read: rows/page.jpg"))
            // What is said of those that could be trained on does not stand before it.
            #expect(!refused.errors.contains("note:"), "\(refused.errors)")
            let training = try SamplePhotos.train(folder, "--skip-damaged")
            #expect(training.status == 0, "\(training.errors)")
            let record = try String(contentsOfFile: folder + "/run/run.json", encoding: .utf8)
            #expect(record.contains(#""rows\/page.jpg""#) || record.contains("rows/page.jpg"))
            let evaluation = try Program.run(
                "evaluate", folder + "/run", "--threshold", "0.5", "--quiet")
            #expect(evaluation.status == 0, "\(evaluation.errors)")
        }
    }

    @Test func checkNamesWhatIsWrongAndEndsWith65() throws {
        try SamplePhotos.withFolder { folder in
            let pictures = folder + "/my photos"
            let whole = try Program.run("datasets", "check", "folder:" + pictures)
            #expect(whole.status == 0, "\(whole.errors)")
            #expect(whole.output.hasSuffix("It can be trained on.\n"))
            try write(
                SamplePhotos.picture(1, alongRows: true), to: "columns/same.png", in: pictures)
            try write([1, 2], to: "rows/notes.txt", in: pictures)
            try write([], to: "rows/empty.png", in: pictures)
            let spoilt = try Program.run("datasets", "check", pictures)
            #expect(spoilt.status == 65)
            for line in [
                "rows/notes.txt: no image", "rows/empty.png is empty",
                "columns/same.png, rows/1.png",
            ] {
                #expect(spoilt.output.contains(line), "\(spoilt.output)")
            }
            let document = try Program.run("datasets", "check", pictures, "--json")
            #expect(document.status == 65)
            try DocumentedKeys(section: "datasets check --json").expectToDescribe(
                try JSONDecoder().decode(JSONValue.self, from: Data(document.output.utf8)).places())
            #expect(try Program.run("datasets", "check", folder + "/none").status == 65)
        }
    }
}

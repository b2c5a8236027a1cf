import BranchyNet
import Foundation
import TestSupport
import Testing

/// A list of files to predict, one damaged in every way and format among them.
struct DamagedListTests {
    @Test func everyDamagedFileIsNamedAndAllOthersAreAnswered() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeConstant(
                to: folder + "/model", geometry: ImageGeometry(resize: nil))
            let images = SampleImages(count: 9)
            var (whole, damaged): ([String], [String]) = ([], [])
            for picture in SamplePicture.allCases {
                whole.append(
                    try write(images.png(whole.count), to: "\(picture) whole.png", in: folder))
                for damage in SamplePicture.Damage.allCases
                where damage.isDetectable(in: picture) {
                    damaged.append(
                        try write(
                            picture.bytes(damage), to: "\(damage).\(picture.ending)", in: folder))
                }
            }
            let result = try Program.run(
                ["predict", folder + "/model", "--json"] + zipped(whole, damaged))
            #expect(result.status == 1)
            for path in damaged {
                #expect(result.errors.contains(path + ": "), "\(path)")
            }
            let answers = result.output.split(separator: "\n").filter { $0.contains("\"class\"") }
            #expect(answers.count == whole.count)
            for path in whole { #expect(!result.errors.contains(path), "\(path)") }
        }
    }

    /// A whole file after every few damaged ones.
    private func zipped(_ whole: [String], _ damaged: [String]) -> [String] {
        let step = damaged.count / whole.count + 1
        return whole.enumerated().flatMap { place, path in
            damaged.dropFirst(place * step).prefix(step) + [path]
        }
    }
}

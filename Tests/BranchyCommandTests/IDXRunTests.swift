import BranchyData
import Foundation
import TestSupport
import Testing

/// `--dataset idx:IMAGES,LABELS` as a user gives it.
@Suite(.enabled(if: Program.hasOneDNN))
struct IDXRunTests {
    private func writeFiles(to folder: String) throws {
        try write(SampleImages(count: 300).gzip, to: "images.gz", in: folder)
        let labels = (0..<300).map { UInt8($0 % 12) }
        try write([0, 0, 8, 1, 0, 0, 1, 44] + labels, to: "labels", in: folder)
    }

    /// What `train` prints to standard error for a data set, in a folder, and its exit status.
    private func train(_ dataset: String, in folder: String) throws -> (
        status: Int32, errors: String
    ) {
        let result = try Program.shell(
            "cd $1 && \"$0\" train b-lenet -o run --dataset $2 --set epochs=1 --set batchSize=64 "
                + "--set data.validationImages=20 --set data.calibrationImages=100 --quiet",
            folder, dataset)
        return (result.status, result.errors)
    }

    @Test func trainsAndFindsTheFilesFromAnotherFolder() throws {
        try withTemporaryFolder { folder in
            try writeFiles(to: folder)
            let training = try train("idx:images.gz,labels", in: folder)
            #expect(training.status == 0, "\(training.errors)")
            #expect(
                training.errors.contains(
                    "note: idx:images.gz has no files to test on: 45 of its 300 images (15 %), "
                        + "drawn with a fixed seed, are kept for the test\n"))
            #expect(
                training.errors.contains(
                    "note: idx:images.gz has 12 classes: the last layer of each exit of b-lenet has "
                        + "12 outputs instead of 10\n"))
            let result = try Program.run(
                "evaluate", folder + "/run", "--json", "--quiet", "--latency-images", "0",
                "--threshold", "0.3")
            #expect(result.status == 0, "\(result.errors)")
            let answer = try JSONDecoder().decode(JSONValue.self, from: Data(result.output.utf8))
            #expect(answer["dataset"] == .string("idx:images.gz"))
            #expect(answer["samples"] == .integer(45))
        }
    }

    @Test(arguments: [
        ("idx:images.gz", "'idx:images.gz' names 1 IDX files; expected idx:IMAGES,LABELS or "),
        ("idx:a,b,c", "'idx:a,b,c' names 3 IDX files; expected"),
        ("idx:a,", "'idx:a,' names 2 IDX files; expected"),
        ("idx:images.gz,none", "none: there is no such file"),
        ("idx:labels,images.gz", "images.gz: holds something else; expected labels"),
        ("idx:", "there is no data set 'idx:'; the nearest name is "),
    ])
    func saysWhatIsWrong(dataset: String, message: String) throws {
        try withTemporaryFolder { folder in
            try writeFiles(to: folder)
            let training = try train(dataset, in: folder)
            #expect(training.status == 65)
            #expect(training.errors.hasPrefix("Error: "))
            #expect(training.errors.contains(message), "\(training.errors)")
        }
    }
}

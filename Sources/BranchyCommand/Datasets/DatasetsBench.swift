import ArgumentParser
import BranchyCompute
import BranchyData
import BranchyEvaluation
import BranchyNet
import BranchyWorkflow
import Foundation

/// `branchynet datasets bench`
struct DatasetsBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Time how fast batches of a data set are made for training.",
        discussion: """
            Every training image once an epoch, shuffled, shifted, mirrored and normalized on one \
            thread, as `train` has it beside the engine. Training waits for data only where this \
            is slower than it.
            """)

    @OptionGroup var folder: DataFolderOption

    @Argument(help: ArgumentHelp("The data set: \(DatasetName.all).", valueName: "name"))
    var name: String

    @Option(
        help: ArgumentHelp("Images in a batch.", valueName: "n"),
        transform: Number.whole(1...1_048_576))
    var batch = 128

    @Option(
        help: ArgumentHelp("How often all images are loaded.", valueName: "n"),
        transform: Number.whole(1...1_000))
    var epochs = 5

    @Flag(help: "Print the result as JSON on standard output.")
    var json = false

    func run() throws {
        var dataset: ImageDataset?
        let reading = try ContinuousClock().measure {
            dataset = try DataFolder(folder.path).load(name).train
        }
        guard let dataset else { return }
        let report = DatasetBenchReport(
            dataset: dataset.name, images: dataset.count, batch: batch,
            readingSeconds: reading.seconds, imagesPerSecond: try imagesPerSecond(of: dataset))
        if json {
            let data = try JSONEncoder.branchyNet.encode(report)
            try StandardOutput.write(String(decoding: data, as: UTF8.self) + "\n")
        } else {
            try StandardOutput.write(report.text)
        }
    }

    /// Of each epoch in turn.
    private func imagesPerSecond(of dataset: ImageDataset) throws -> [Double] {
        let channels = dataset.imageShape[0]
        let loader = try BatchLoader(
            dataset,
            preprocessing: Preprocessing(
                mean: Array(repeating: 0.5, count: channels),
                standardDeviation: Array(repeating: 0.25, count: channels)),
            augmentation: Augmentation(maximumShift: 4, flips: true, seed: 1))
        return try (1...epochs).map { epoch in
            let batches = try IndexBatches.shuffled(
                count: dataset.count, batchSize: batch, seed: 1, epoch: epoch)
            let time = try ContinuousClock().measure {
                var stream = BatchStream(batches, of: epoch, from: loader)
                while try stream.next() != nil {}
            }
            return Double(dataset.count) / time.seconds
        }
    }
}

/// What `datasets bench` prints.
private struct DatasetBenchReport: Encodable {
    let dataset: String
    let images: Int
    let batch: Int
    let readingSeconds: Double
    let imagesPerSecond: [Double]

    var text: String {
        let speeds = imagesPerSecond.sorted()
        let median = Format.fixed(speeds.median, digits: 0)
        let range = [speeds.first, speeds.last].map { Format.fixed($0 ?? 0, digits: 0) }
        return """
            \(dataset): \(Format.grouped(images)) images, read in \
            \(Format.fixed(readingSeconds, digits: 2)) s
            batches of \(batch), shifted, mirrored, normalized, one thread: \(median) images/s \
            (\(range[0]) to \(range[1]) in \(speeds.count) epochs)

            """
    }
}

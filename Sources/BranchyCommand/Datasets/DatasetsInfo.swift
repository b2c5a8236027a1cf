import ArgumentParser
import BranchyCompute
import BranchyData
import BranchyNet
import BranchyWorkflow
import Foundation

/// `branchynet datasets info`
struct DatasetsInfo: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract: "Describe a data set: files, sizes, checksums, mirrors, where it is.")

    @OptionGroup var dataset: DatasetArgument
    @OptionGroup var folder: DataFolderOption

    @Flag(help: "Print the description as JSON on standard output.")
    var json = false

    func run() throws {
        let description = DatasetDescription(try KnownDataset.named(dataset.name), in: folder.path)
        if json {
            let data = try JSONEncoder.branchyNet.encode(description)
            try StandardOutput.write(String(decoding: data, as: UTF8.self) + "\n")
        } else {
            try StandardOutput.write(description.text)
        }
    }
}

/// What `datasets info` prints.
private struct DatasetDescription: Encodable {
    let name: String
    let title: String
    let imageShape: [Int]
    let classNames: [String]
    let trainImages: Int
    let testImages: Int
    let licence: String
    let source: String
    let dataFolder: String
    let state: String
    let mirrors: [String]
    let files: [FileDescription]
    private let origin: KnownDataset.Origin

    private enum CodingKeys: String, CodingKey {
        case name, title, imageShape, classNames, trainImages, testImages, licence, source
        case dataFolder, state, mirrors, files
    }

    init(_ dataset: KnownDataset, in dataFolder: String) {
        name = dataset.name
        title = dataset.title
        imageShape = dataset.imageShape.dimensions
        classNames = dataset.classNames
        trainImages = dataset.trainCount
        testImages = dataset.testCount
        licence = dataset.licence
        source = dataset.source
        self.dataFolder = dataFolder
        state = dataset.presence(in: dataFolder).rawValue
        mirrors = dataset.mirrors
        files = dataset.files.map { FileDescription($0, in: dataFolder) }
        origin = dataset.origin
    }

    var text: String {
        var table = Table([.left, .left])
        let shape = imageShape.map(String.init).joined(separator: "x")
        let train = Format.grouped(trainImages)
        table.add(["images", "\(train) to train on, \(Format.grouped(testImages)) to test on"])
        table.add(["shape", "\(shape) (channels, height, width)"])
        for (index, line) in classLines.enumerated() {
            table.add([index == 0 ? "classes" : "", line])
        }
        table.add(["licence", licence])
        table.add(["source", source])
        table.add(["state", "\(DatasetPresence(rawValue: state)?.text ?? state) (\(dataFolder))"])
        for (index, mirror) in mirrors.enumerated() {
            table.add([index == 0 ? "mirrors" : "", mirror])
        }
        let files = files.map { "\n\($0.text)" }.joined()
        return "\(name): \(title)\n\n\(table.text)\(files)\(advice)"
    }

    /// How many classes there are, and their names, in lines that a terminal has room for.
    private var classLines: [String] {
        let names = classNames.dropLast().map { $0 + "," } + classNames.suffix(1)
        return names.reduce(into: ["\(classNames.count):"]) { lines, name in
            let last = lines.count - 1
            if lines[last].count + name.count < 80 {
                lines[last] += " " + name
            } else {
                lines.append(name)
            }
        }
    }

    private var advice: String {
        switch origin {
        case .drawn: "\nThe program draws them when they are asked for.\n"
        case .ownCopy(let place): "\nIt cannot be fetched. Expected: \(place) of \(dataFolder)\n"
        case .published where state != DatasetPresence.complete.rawValue:
            "\n`branchynet datasets fetch \(name) --data-dir \(dataFolder.shellWord)` fetches it.\n"
        case .published: ""
        }
    }
}

/// What `datasets info` prints about a file.
private struct FileDescription: Encodable {
    let name: String
    let byteCount: Int
    let md5: String
    let sha256: String
    let path: String
    let state: String

    init(_ file: PublishedFile, in dataFolder: String) {
        name = file.name
        byteCount = file.byteCount
        md5 = file.md5
        sha256 = file.sha256
        switch file.presence(in: dataFolder) {
        case .absent: (path, state) = (file.destination(in: dataFolder), "absent")
        case .right(let found): (path, state) = (found, "right")
        case .wrong(let found, _): (path, state) = (found, "wrong")
        }
    }

    var text: String {
        let place =
            switch state {
            case "right": "there: \(path)"
            case "wrong": "not the published one: \(path)"
            default: "not there; its place is \(path)"
            }
        return """
            \(name), \(Format.grouped(byteCount)) bytes
              MD5 \(md5)
              SHA-256 \(sha256)
              \(place)

            """
    }
}

import ArgumentParser
import BranchyData
import BranchyNet
import BranchyWorkflow
import Foundation

/// `branchynet datasets list`
struct DatasetsList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the data sets that are known, and what is there.")

    @OptionGroup var folder: DataFolderOption

    @Flag(help: "Print the list as JSON on standard output.")
    var json = false

    func run() throws {
        var presences = FilePresences(in: folder.path)
        let datasets = KnownDataset.known.map { DatasetList.Entry($0, presences.state(of: $0)) }
        let list = DatasetList(dataFolder: folder.path, datasets: datasets)
        if json {
            let data = try JSONEncoder.branchyNet.encode(list)
            try StandardOutput.write(String(decoding: data, as: UTF8.self) + "\n")
        } else {
            try StandardOutput.write(list.text)
        }
    }
}

/// What `datasets list` prints.
private struct DatasetList: Encodable {
    struct Entry: Encodable {
        let name: String
        let title: String
        let trainImages: Int
        let testImages: Int
        let byteCount: Int?
        let state: String

        init(_ dataset: KnownDataset, _ presence: DatasetPresence) {
            name = dataset.name
            title = dataset.title
            trainImages = dataset.trainCount
            testImages = dataset.testCount
            byteCount = dataset.byteCount
            state = presence.rawValue
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .name)
            try container.encode(title, forKey: .title)
            try container.encode(trainImages, forKey: .trainImages)
            try container.encode(testImages, forKey: .testImages)
            // Null, where the synthesized method would leave the key out.
            try container.encode(byteCount, forKey: .byteCount)
            try container.encode(state, forKey: .state)
        }

        private enum CodingKeys: String, CodingKey {
            case name, title, trainImages, testImages, byteCount, state
        }
    }

    let dataFolder: String
    let datasets: [Entry]

    var text: String {
        var table = Table([.left, .right, .right, .left, .left])
        table.add(["name", "images", "to fetch", "in \(dataFolder)", ""])
        for entry in datasets {
            table.add([
                entry.name,
                "\(Format.grouped(entry.trainImages)) + \(Format.grouped(entry.testImages))",
                entry.byteCount.map(Format.bytes) ?? "-",
                DatasetPresence(rawValue: entry.state)?.text ?? entry.state,
                entry.title,
            ])
        }
        return table.text
    }
}

/// What of each file is there, each looked at once: some data sets share an archive of half a
/// gigabyte, and its checksum takes a second.
private struct FilePresences {
    private let dataFolder: String
    private var found: [PublishedFile: FilePresence] = [:]

    init(in dataFolder: String) {
        self.dataFolder = dataFolder
    }

    mutating func state(of dataset: KnownDataset) -> DatasetPresence {
        guard !dataset.files.isEmpty else { return dataset.presence(in: dataFolder) }
        return dataset.presence(of: dataset.files.map { presence(of: $0) }, in: dataFolder)
    }

    private mutating func presence(of file: PublishedFile) -> FilePresence {
        if let presence = found[file] { return presence }
        let presence = file.presence(in: dataFolder)
        found[file] = presence
        return presence
    }
}

extension KnownDataset {
    /// How many bytes there are to fetch, or `nil` where there is nothing to fetch.
    var byteCount: Int? {
        files.isEmpty ? nil : files.reduce(0) { $0 + $1.byteCount }
    }
}

extension DatasetPresence {
    /// As people read it.
    var text: String {
        switch self {
        case .always: "always there"
        case .complete: "there"
        case .partial: "partly there"
        case .unverified: "there, not checked"
        case .different: "not the published one"
        case .absent: "not there"
        }
    }
}

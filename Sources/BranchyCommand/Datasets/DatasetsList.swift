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
        let list = DatasetList(
            dataFolder: folder.path, datasets: KnownDataset.known.map { .init($0, in: folder.path) }
        )
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

        init(_ dataset: KnownDataset, in dataFolder: String) {
            name = dataset.name
            title = dataset.title
            trainImages = dataset.trainCount
            testImages = dataset.testCount
            byteCount = dataset.byteCount
            state = dataset.presence(in: dataFolder).rawValue
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

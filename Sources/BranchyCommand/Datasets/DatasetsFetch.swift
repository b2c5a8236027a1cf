import ArgumentParser
import BranchyData
import BranchyNet
import BranchyWorkflow
import Foundation

/// `branchynet datasets fetch`
struct DatasetsFetch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch", abstract: "Fetch a published data set.",
        discussion: """
            Mirrors are tried in order. A file has its name only once it is complete and has the \
            published SHA-256; what was fetched before an interruption is kept, and the same \
            command goes on from there. What is there and right is left alone, without network; \
            what is there and another file is never replaced.
            """)

    @OptionGroup var dataset: DatasetArgument
    @OptionGroup var folder: DataFolderOption

    @Option(
        name: [.customLong("mirror")],
        help: ArgumentHelp(
            "Fetch from here instead, repeated for several: the files' names follow the URL.",
            valueName: "url"))
    var mirrors: [MirrorURL] = []

    @Flag(help: "Show no progress.")
    var quiet = false

    func run() throws {
        let dataset = try KnownDataset.named(dataset.name)
        switch dataset.origin {
        case .drawn:
            try StandardOutput.write(
                "\(dataset.name): nothing to fetch, the program draws them when they are needed\n")
        case .ownCopy(let place):
            guard dataset.presence(in: folder.path) == .absent else {
                return try StandardOutput.write(
                    "\(dataset.name): there, and checked when it is loaded\n")
            }
            throw DatasetError(
                .fileNotFound,
                "\(dataset.name): it cannot be fetched, and is not there; expected \(place) of "
                    + folder.path)
        case .published(let files, let published):
            let asked = mirrors.map(\.text)
            try fetch(files, from: asked.isEmpty ? published : asked)
        }
    }

    private func fetch(_ files: [PublishedFile], from mirrors: [String]) throws {
        let presences = files.map { $0.presence(in: folder.path) }
        for case .wrong(_, let error) in presences { throw error }
        Interrupt.watch()
        for (file, presence) in zip(files, presences) {
            if case .right(let path) = presence {
                try StandardOutput.write("\(path): there already\n")
            } else {
                try fetch(file, from: mirrors)
            }
        }
    }

    private func fetch(_ file: PublishedFile, from mirrors: [String]) throws {
        let destination = file.destination(in: folder.path)
        try OutputFolder.make((destination as NSString).deletingLastPathComponent)
        var reporter = DownloadReporter(isShown: !quiet, file: file)
        defer { reporter.end() }
        let url = try FileDownload(of: file, to: destination, mirrors: mirrors) {
            Interrupt.isRequested
        } observe: {
            reporter.report($0)
        }.run()
        reporter.end()
        let origin = url.map { "fetched from \($0)" } ?? "complete since an earlier run"
        try StandardOutput.write("\(destination): \(origin)\n")
    }
}

/// The URL of a folder on a server.
struct MirrorURL: ExpressibleByArgument {
    let text: String

    init?(argument: String) {
        guard let url = URL(string: argument), let scheme = url.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let host = url.host, !host.isEmpty
        else { return nil }
        text = argument
    }
}

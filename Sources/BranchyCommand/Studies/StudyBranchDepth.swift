import ArgumentParser
import BranchyCompute
import BranchyEvaluation
import BranchyNet
import BranchyTraining
import Foundation

/// `branchynet study branch-depth`
struct StudyBranchDepth: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "branch-depth",
        abstract: "Train with more and fewer convolutions in the first branch (Figure 5).",
        discussion: """
            Other branches are taken away, as in the paper. Convolutions beyond the branch's first \
            repeat it, with as many channels. Times are measured on this machine, all paths of all \
            variants taking turns.
            """)

    /// More would say nothing of a branch, which is to be small.
    private static let depthLimit = 64

    @Argument(
        help: ArgumentHelp(
            "The network: a name, or a file that describes one.", valueName: "network"))
    var network = "b-lenet"

    @Option(
        help: ArgumentHelp(
            "Numbers of convolutions, separated by commas.", valueName: "n,n"))
    var depths = "1,2,3,4"

    @OptionGroup var training: StudyTraining
    @OptionGroup var engineOptions: EngineOptions
    @OptionGroup var output: StudyOutput

    func validate() throws { _ = try depthNumbers() }

    private func depthNumbers() throws -> [Int] {
        let fields = depths.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = fields.compactMap { Int($0) }.filter { 1...Self.depthLimit ~= $0 }
        guard numbers.count == fields.count, Set(numbers).count == numbers.count else {
            throw ValidationError(
                "--depths is \(depths), expected different numbers from 1 to \(Self.depthLimit), "
                    + "such as 1,2,3")
        }
        return numbers
    }

    func run() throws {
        let original = try BranchedNetwork(nameOrFile: network)
        let depths = try depthNumbers()
        let networks = try depths.map { try original.withBranchConvolutions($0) }
        try output.check(for: BranchDepthStudy.self)
        let folder = training.folder(ofStudy: "branch-depth")
        try FolderLock(folder).whileHeld {
            try run(depths, networks, of: original, in: folder)
        }
    }

    private func run(
        _ depths: [Int], _ networks: [BranchedNetwork], of original: BranchedNetwork,
        in folder: String
    ) throws {
        let variants = try zip(depths, networks).map { depth, network in
            let (description, recipe) = try write(network, like: original, to: folder)
            return StudyVariant(
                name: "depth-\(depth)", title: "convolutions in the branch: \(depth)",
                network: description, arguments: ["--recipe", recipe])
        }
        let models = try training.models(of: variants, in: folder, quiet: output.quiet)
        try output.write(
            BranchDepthStudy(original.name, depths, models, microseconds: measure(models)))
    }

    /// Writes what `train` needs to know of a network that is not built in.
    private func write(
        _ network: BranchedNetwork, like original: BranchedNetwork, to folder: String
    ) throws -> (description: String, recipe: String) {
        var recipe = try Recipe.standard(for: original)
        recipe.network = network.name
        recipe.lossWeights = [recipe.lossWeights[0], recipe.lossWeights[original.exitCount - 1]]
        recipe.thresholds = []
        let path = "\(folder)/\(network.name)"
        let description = try JSONEncoder.branchyNet.encode(network)
        try keep(String(decoding: description, as: UTF8.self), at: path + ".json")
        try keep(recipe.yaml(), at: path + ".yaml")
        return (path + ".json", path + ".yaml")
    }

    /// Writes a file, or makes sure that an earlier run has written the same.
    private func keep(_ text: String, at path: String) throws {
        let kind = OutputFile.Kind(title: "what this study writes", beginning: text)
        try OutputFile(path, kind, output.replacement).write(text)
    }

    /// The median time to leave at each exit of each model, in microseconds.
    private func measure(_ models: [StudyModel]) throws -> [[Double]] {
        let engine = try engineOptions.inference()
        let exits = try models.map(\.model).map { model in
            let predictor = try Predictor(
                network: model.network, parameters: model.parameters,
                policy: FixedExitPolicy(exit: 0), engine: engine)
            return try (0..<model.network.exitCount).map { try predictor.leaving(at: $0) }
        }
        let times = try CallTimes(
            of: exits.flatMap(\.self),
            answering: models.prefix(1).map { $0.model.network.grayImages() },
            calls: training.quick ? 100 : 2_000)
        var medians = times.seconds.map { $0.median * 1e6 }[...]
        return exits.map { exits in
            defer { medians = medians.dropFirst(exits.count) }
            return Array(medians.prefix(exits.count))
        }
    }
}

/// What each number of convolutions came to.
struct BranchDepthStudy: StudyFindings {
    struct Row: Encodable {
        /// How many the branch has.
        let convolutions: Int
        /// Of each exit on all validation images.
        let validationAccuracy: [Double]
        /// To leave at each exit, branches on the way included.
        let multiplyAccumulatesToExit: [Int]
        /// Measured median.
        let microsecondsToExit: [Double]
        /// The model's folder.
        let model: String
    }

    private let document: TrainedRows<Row>
    private let models: [StudyModel]

    init(
        _ network: String, _ depths: [Int], _ models: [StudyModel], microseconds: [[Double]]
    ) throws {
        let rows = try depths.indices.map { index in
            let model = models[index]
            return Row(
                convolutions: depths[index], validationAccuracy: model.accuracy,
                multiplyAccumulatesToExit: try ExitCosts(of: model.model.network)
                    .multiplyAccumulates,
                microsecondsToExit: microseconds[index], model: model.folder)
        }
        document = TrainedRows(network, models, rows: rows)
        self.models = models
    }

    func encode(to encoder: any Encoder) throws { try document.encode(to: encoder) }

    static let csvKind = CSVTable.Kind(
        name: "branch-depth",
        columns: [
            "convolutions", "exit", "validationAccuracy", "multiplyAccumulatesToExit",
            "microsecondsToExit",
        ])

    var csv: CSVTable {
        CSVTable(
            Self.csvKind,
            rows: document.rows.flatMap { row in
                row.validationAccuracy.indices.map { exit in
                    [
                        "\(row.convolutions)", "\(exit)", "\(row.validationAccuracy[exit])",
                        "\(row.multiplyAccumulatesToExit[exit])",
                        "\(row.microsecondsToExit[exit])",
                    ]
                }
            })
    }

    var table: String {
        var table = Table([.left, .right, .right, .right, .right, .right])
        table.add([
            "convolutions", "exit 1", "final exit", "work to exit 1", "time to exit 1",
            "to final exit",
        ])
        for row in document.rows {
            table.add([
                "\(row.convolutions)", Format.percent(row.validationAccuracy[0]),
                Format.percent(row.validationAccuracy[1]),
                Format.grouped(row.multiplyAccumulatesToExit[0]),
                Format.microseconds(row.microsecondsToExit[0]),
                Format.microseconds(row.microsecondsToExit[1]),
            ])
        }
        return "\(document.network) with its first branch only, \(models.origin)\n\n\(table.text)\n"
            + "Work counts multiply-accumulates; times are medians of calls with one gray image on "
            + "one thread, all paths taking turns. \(models.caution)\n"
    }
}

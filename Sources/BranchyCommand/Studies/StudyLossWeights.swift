import ArgumentParser
import BranchyNet

/// `branchynet study loss-weights`
struct StudyLossWeights: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loss-weights",
        abstract: "Train with several weightings of the exits' losses, and compare the exits.",
        discussion: """
            Without --weights: all alike, the last exit's at 0.3 as in the paper, the early ones' \
            at 0.3, and the last exit alone. The model of each weighting is kept.
            """)

    @Argument(
        help: ArgumentHelp(
            "The network: a name, or a file that describes one.", valueName: "network"))
    var network = "b-lenet"

    @Option(
        name: [.customLong("weights")],
        help: ArgumentHelp(
            "Weights of the exits' losses, from the first to the last; repeat it to compare.",
            valueName: "w,w"), transform: LossWeights.parse)
    var weightings: [LossWeights] = []

    @OptionGroup var training: StudyTraining
    @OptionGroup var output: StudyOutput

    func run() throws {
        let exitCount = try BranchedNetwork(nameOrFile: network).exitCount
        let weightings = weightings.isEmpty ? LossWeights.standard(exitCount) : weightings
        for weights in weightings where weights.values.count != exitCount {
            throw ValidationError(
                "--weights \(weights.title): \(weights.values.count) weights for '\(network)', "
                    + "expected \(exitCount), one for each exit")
        }
        let variants = weightings.map { weights in
            StudyVariant(
                name: "weights-" + weights.values.map { "\($0)" }.joined(separator: "-"),
                title: "loss weights " + weights.title, network: network,
                arguments: ["--set", "lossWeights=[\(weights.title)]"])
        }
        try output.check(for: LossWeightStudy.self)
        let folder = training.folder(ofStudy: "loss-weights")
        try FolderLock(folder).whileHeld {
            let models = try training.models(of: variants, in: folder, quiet: output.quiet)
            try output.write(LossWeightStudy(network, weightings, models))
        }
    }
}

/// A weight per exit.
struct LossWeights: Hashable {
    /// At least 0, not all 0.
    let values: [Double]

    init(_ values: [Double]) { self.values = values }

    static func parse(_ argument: String) throws -> LossWeights {
        let fields = argument.split(separator: ",", omittingEmptySubsequences: false)
        let values: [Double] = fields.compactMap { Number.real($0) }
        guard values.count == fields.count, values.allSatisfy({ $0.isFinite && $0 >= 0 }),
            values.contains(where: { $0 > 0 })
        else {
            throw ValidationError(
                "expected numbers of 0 or more, not all of them 0, such as 1,0.3")
        }
        return LossWeights(values)
    }

    /// Both directions, and what there was without branches.
    static func standard(_ exitCount: Int) -> [LossWeights] {
        [(1, 1), (1, 0.3), (0.3, 1), (0, 1)].map { early, last in
            LossWeights([Double](repeating: early, count: exitCount - 1) + [last])
        }
    }

    var title: String { values.map { "\($0)" }.joined(separator: ", ") }
}

/// What each weighting came to.
struct LossWeightStudy: StudyFindings {
    struct Row: Encodable {
        let lossWeights: [Double]
        /// Of each exit on all validation images.
        let validationAccuracy: [Double]
        /// The model's folder.
        let model: String
    }

    private let document: TrainedRows<Row>
    private let models: [StudyModel]

    init(_ network: String, _ weightings: [LossWeights], _ models: [StudyModel]) {
        let rows = zip(weightings, models).map {
            Row(lossWeights: $0.values, validationAccuracy: $1.accuracy, model: $1.folder)
        }
        document = TrainedRows(models.first?.model.network.name ?? network, models, rows: rows)
        self.models = models
    }

    func encode(to encoder: any Encoder) throws { try document.encode(to: encoder) }

    static let csvKind = CSVTable.Kind(
        name: "loss-weights", columns: ["lossWeights", "exit", "validationAccuracy"])

    var csv: CSVTable {
        CSVTable(
            Self.csvKind,
            rows: document.rows.flatMap { row in
                row.validationAccuracy.enumerated().map { exit, accuracy in
                    [
                        row.lossWeights.map { "\($0)" }.joined(separator: " "), "\(exit)",
                        "\(accuracy)",
                    ]
                }
            })
    }

    var table: String {
        let names = models.first?.model.network.exitNames ?? []
        var table = Table([.left] + names.map { _ in .right })
        table.add(["loss weights"] + names)
        for row in document.rows {
            table.add(
                [row.lossWeights.map { "\($0)" }.joined(separator: ", ")]
                    + row.validationAccuracy.map { Format.percent($0) })
        }
        return "\(document.network), \(models.origin)\n\n\(table.text)\n\(models.caution)\n"
    }
}

import ArgumentParser
import BranchyNet
import BranchyWorkflow

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
        let network = try BranchedNetwork(nameOrFile: network)
        let exitCount = network.exitCount
        let weightings = weightings.isEmpty ? LossWeights.standard(exitCount) : weightings
        for weights in weightings where weights.values.count != exitCount {
            throw ValidationError(
                "--weights \(weights.title): \(weights.values.count) weights for '\(self.network)', "
                    + "expected \(exitCount), one for each exit")
        }
        try output.check(for: LossWeightStudy.self)
        let study = try WorkflowDisplay.whileShown(!output.quiet) { observer in
            try LossWeightStudy.conduct(
                network, weightings: weightings.map(\.values),
                in: training.folder(ofStudy: "loss-weights"), training.options,
                observer: observer, training: Engines.training)
        }
        try output.write(study)
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

import ArgumentParser
import BranchyChecksum
import BranchyCompute
import BranchyEvaluation
import BranchyNet
import BranchyWorkflow
import Foundation
import NativeEngine

/// `branchynet inspect`
struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show a network as a tree, and where branches may go.",
        discussion: """
            The tree has shapes, parameters and work of every layer. A branch may go wherever all \
            that follows reads one image; the work up to there, and with --time the time, is what an \
            exit there has cost.
            """)

    @Argument(
        help: ArgumentHelp(
            "Folder of a trained model, a file that describes a network, such as network.json, or "
                + "the name of one (\(BranchedNetwork.known.map(\.name).joined(separator: ", "))).",
            valueName: "model"), completion: .directory)
    var model: String

    @Flag(help: "Measure, on this machine, how long the way to each place for a branch takes.")
    var time = false

    @OptionGroup var memory: MemoryOptions

    @Flag(help: "Print the network's description as JSON on standard output.")
    var json = false

    func validate() throws {
        guard !(json && time) else {
            throw ValidationError(
                "--json prints the network's description, which has no times: pass --time or --json"
            )
        }
    }

    func run() throws {
        if json {
            let data = try JSONEncoder.branchyNet.encode(network())
            try StandardOutput.write(String(decoding: data, as: UTF8.self) + "\n")
        } else if time {
            let (network, parameters) = try NetworkArgument.load(model) {
                try memory.limit.check($0)
            }
            let times = try BranchPointTimes.measure(
                network, parameters: parameters,
                engine: NativeEngine())
            try StandardOutput.write(NetworkTree(network, times).text)
        } else {
            try StandardOutput.write(NetworkTree(network()).text)
        }
    }

    private func network() throws -> BranchedNetwork {
        try NetworkArgument.untrained(model)
            ?? ModelFolder(model).read(digest: Checksum.sha256).network
    }
}

/// A network drawn as a tree with a column for shapes, parameters and multiply-accumulates.
struct NetworkTree {
    private let network: BranchedNetwork
    private let program: Program
    private let costs: ExitCosts
    private let points: [BranchPoint]
    private let times: BranchPointTimes?
    /// How many numbers each parameter has.
    private let parameterCounts: [Program.Value: Int]
    private var table = Table([.left, .right, .right, .right])

    /// - Parameter times: of the way to each place for a branch, where they were measured.
    init(_ network: BranchedNetwork, _ times: BranchPointTimes? = nil) throws {
        (self.network, self.times) = (network, times)
        let program = try network.plainProgram().program
        self.program = program
        parameterCounts = Dictionary(
            uniqueKeysWithValues: program.parameters.map {
                ($0.value, program.type(of: $0.value).shape.elementCount)
            })
        costs = try ExitCosts(of: network)
        points = try network.branchPoints()
        table.add(["", "shape", "parameters", "multiply-accumulates"])
        for stage in network.stages.indices { add(stage) }
    }

    var text: String {
        let parameters = parameterCounts.values.reduce(0, +)
        let exits = network.exitCount == 1 ? "1 exit" : "\(network.exitCount) exits"
        return """
            \(network.name): images of \(network.inputShape), \(network.classCount) classes, \
            \(exits), \(Format.grouped(parameters)) parameters

            \(table.text)
            \(exitTable)\(points.isEmpty ? "" : "\n" + pointTable)
            """
    }

    private var exitTable: String {
        var table = Table([.left, .right, .right])
        table.add(["multiply-accumulates from image to answer", "", "share"])
        for (exit, title) in network.exitTitles.enumerated() {
            let cost = costs.multiplyAccumulates[exit]
            let share = Double(cost) / Double(max(costs.multiplyAccumulates.last ?? 1, 1))
            table.add([title, Format.grouped(cost), Format.percent(share)])
        }
        return table.text
    }

    private var pointTable: String {
        var table = Table([.left, .right, .right, .right, .right])
        let timeTitles = times == nil ? [] : ["time", "share"]
        table.add(["a branch may go behind", "shape", "share of the work"] + timeTitles)
        let total = Double(max(costs.backbone, 1))
        for (index, point) in points.enumerated() {
            let time = times.map {
                [Format.microseconds($0.seconds[index] * 1e6), Format.percent($0.shares[index])]
            }
            table.add(
                [
                    point.name, "\(point.shape)",
                    Format.percent(Double(point.multiplyAccumulates) / total),
                ] + (time ?? []))
        }
        return table.text
    }

    private mutating func add(_ stage: Int) {
        let isLastStage = stage == network.stages.count - 1
        let segment = NetworkProgram.backboneSegment(ofStage: stage)
        let rail = isLastStage ? "   " : "│  "
        table.add([(isLastStage ? "└─ " : "├─ ") + "stage \(stage + 1)", "", "", work(segment)])
        let branch = network.stages[stage].branch
        addLayers(network.stages[stage].backbone, segment, rail, endsWithBranch: branch != nil)
        guard let branch else { return }
        let branchSegment = NetworkProgram.branchSegment(ofStage: stage)
        table.add([rail + "└─ \(branch.name), exit \(stage + 1)", "", "", work(branchSegment)])
        addLayers(branch.layers, branchSegment, rail + "   ", endsWithBranch: false)
    }

    private mutating func addLayers(
        _ layers: [Layer], _ segment: Int, _ rail: String, endsWithBranch: Bool
    ) {
        let instructions = program.segments[segment].instructions[...]
        addLayers(layers, instructions, rail, endsWithBranch: endsWithBranch)
    }

    private mutating func addLayers(
        _ layers: [Layer], _ instructions: ArraySlice<Program.Instruction>, _ rail: String,
        endsWithBranch: Bool
    ) {
        var rest = instructions
        for (index, layer) in layers.enumerated() {
            let isLast = index == layers.count - 1 && !endsWithBranch
            let own = rest.prefix(layer.instructionCount)
            rest = rest.dropFirst(layer.instructionCount)
            add(layer, own, rail + (isLast ? "└─ " : "├─ "))
            let inner = rail + (isLast ? "   " : "│  ")
            switch layer {
            case .residual(let block): addLayers(block.body, own, inner, endsWithBranch: false)
            case .parallel(let block): addPaths(block.paths, own, inner)
            default: break
            }
        }
    }

    private mutating func addPaths(
        _ paths: [[Layer]], _ instructions: ArraySlice<Program.Instruction>, _ rail: String
    ) {
        var rest = instructions
        for (index, path) in paths.enumerated() {
            let isLast = index == paths.count - 1
            let count = path.reduce(0) { $0 + $1.instructionCount }
            let title = path.isEmpty ? "path \(index + 1), as it is" : "path \(index + 1)"
            table.add([rail + (isLast ? "└─ " : "├─ ") + title, "", "", ""])
            addLayers(
                path, rest.prefix(count), rail + (isLast ? "   " : "│  "), endsWithBranch: false)
            rest = rest.dropFirst(count)
        }
    }

    private mutating func add(
        _ layer: Layer, _ instructions: ArraySlice<Program.Instruction>, _ rail: String
    ) {
        guard let last = instructions.last else { return }
        let parameters = instructions.flatMap { $0.operands.dropFirst() }.reduce(0) {
            $0 + (parameterCounts[$1] ?? 0)
        }
        let cost = instructions.reduce(0) { $0 + program.multiplyAccumulates(of: $1) }
        table.add([
            rail + layer.description,
            "\(program.type(of: last.results[0]).shape)",
            parameters == 0 ? "" : Format.grouped(parameters),
            cost == 0 ? "" : Format.grouped(cost),
        ])
    }

    private func work(_ segment: Int) -> String {
        Format.grouped(program.multiplyAccumulates(inSegment: segment))
    }
}

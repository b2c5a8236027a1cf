import ArgumentParser
import BranchyEvaluation
import BranchyNet
import Compute
import Foundation

/// `branchynet inspect`
struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show a network as a tree: shapes, parameters, work per stage and branch.")

    @Argument(
        help: ArgumentHelp(
            "Folder of a trained model, or the name of a network "
                + "(\(BranchedNetwork.known.map(\.name).joined(separator: ", "))).",
            valueName: "model"), completion: .directory)
    var model: String

    @Flag(help: "Print the network's description as JSON on standard output.")
    var json = false

    func run() throws {
        let network =
            try BranchedNetwork.known.first { $0.name == model }
            ?? ModelFolder(model).read(digest: Checksum.sha256).network
        if json {
            let data = try JSONEncoder.branchyNet.encode(network)
            try StandardOutput.write(String(decoding: data, as: UTF8.self) + "\n")
        } else {
            try StandardOutput.write(NetworkTree(network).text)
        }
    }
}

/// A network drawn as a tree with a column for shapes, parameters and multiply-accumulates.
struct NetworkTree {
    private let network: BranchedNetwork
    private let program: Program
    private let costs: ExitCosts
    private var table = Table([.left, .right, .right, .right])

    init(_ network: BranchedNetwork) throws {
        self.network = network
        program = try network.plainProgram().program
        costs = try ExitCosts(of: network)
        table.add(["", "shape", "parameters", "multiply-accumulates"])
        for stage in network.stages.indices { add(stage) }
    }

    var text: String {
        let parameters = program.parameters.reduce(0) {
            $0 + program.type(of: $1.value).shape.elementCount
        }
        return """
            \(network.name): images of \(network.inputShape), \(network.classCount) classes, \
            \(network.exitCount) exits, \(Format.grouped(parameters)) parameters

            \(table.text)
            \(exitTable)
            """
    }

    private var exitTable: String {
        var table = Table([.left, .right, .right])
        table.add(["multiply-accumulates from image to answer", "", "share"])
        for (exit, name) in network.exitNames.enumerated() {
            let cost = costs.multiplyAccumulates[exit]
            let share = Double(cost) / Double(max(costs.multiplyAccumulates.last ?? 1, 1))
            let isFinal = exit == network.exitCount - 1
            table.add([
                isFinal ? name : "exit \(exit + 1), \(name)", Format.grouped(cost),
                Format.percent(share),
            ])
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
        let instructions = program.segments[segment].instructions
        // Each layer lowers to one instruction of the plain program.
        for (index, (layer, instruction)) in zip(layers, instructions).enumerated() {
            let isLast = index == layers.count - 1 && !endsWithBranch
            let parameters = instruction.operands.dropFirst().reduce(0) { count, operand in
                let isParameter = program.parameters.contains { $0.value == operand }
                return count + (isParameter ? program.type(of: operand).shape.elementCount : 0)
            }
            let cost = program.multiplyAccumulates(of: instruction)
            table.add([
                rail + (isLast ? "└─ " : "├─ ") + layer.description,
                "\(program.type(of: instruction.results[0]).shape)",
                parameters == 0 ? "" : Format.grouped(parameters),
                cost == 0 ? "" : Format.grouped(cost),
            ])
        }
    }

    private func work(_ segment: Int) -> String {
        Format.grouped(program.multiplyAccumulates(inSegment: segment))
    }
}

import ArgumentParser
import BranchyCompute
import BranchyNet
import BranchyWorkflow
import Foundation
import NativeEngine

/// `branchynet profile`
struct Profile: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show where the native engine spends its time, operation by operation.",
        discussion: """
            Every operation is run by itself many times in a row, so that its numbers are in the \
            processor's caches: the sum is less than the time of a prediction.
            """)

    @OptionGroup var model: NetworkArgument

    @Option(
        help: ArgumentHelp(
            "How often each operation is run in each of five rounds.", valueName: "n"),
        transform: Number.whole(1...10_000_000))
    var repetitions = 200

    @OptionGroup var precisionOption: PrecisionOption

    @Flag(help: "Print the result as JSON on standard output.")
    var json = false

    func run() throws {
        let (network, parameters) = try model.load()
        let (program, folded) = try network.inferenceProgram().program
            .foldingBatchNormalization(with: parameters)
        let steps = try NativeEngine(precision: precisionOption.precision).profile(
            program, parameters: folded, repetitions: repetitions)
        let rows = steps.map { step in
            ProfileRow(
                segment: program.segments[step.implementation.segment].name,
                operation: step.implementation.operation,
                implementation: step.implementation.name, microseconds: step.seconds * 1e6)
        }
        try StandardOutput.write(json ? ProfileRow.json(rows) : ProfileRow.table(rows))
    }
}

/// One operation and its time.
private struct ProfileRow: Encodable {
    let segment: String
    let operation: String
    let implementation: String
    let microseconds: Double

    static func json(_ rows: [ProfileRow]) throws -> String {
        let data = try JSONEncoder.branchyNet.encode(["rows": rows])
        return String(decoding: data, as: UTF8.self) + "\n"
    }

    static func table(_ rows: [ProfileRow]) -> String {
        let total = rows.reduce(0) { $0 + $1.microseconds }
        var table = Table([.left, .left, .left, .right, .right])
        table.add(["segment", "operation", "implementation", "time", "share"])
        for row in rows {
            table.add([
                row.segment, row.operation, row.implementation,
                Format.microseconds(row.microseconds), Format.percent(row.microseconds / total),
            ])
        }
        table.add(["all", "", "", Format.microseconds(total), ""])
        return table.text
    }
}

import Foundation
import TestSupport
import Testing

/// `calibrate --costs`, on a network that guesses.
struct CostFileTests {
    /// A row as `bench --json` prints it, as far as costs depend on it.
    private static func row(
        _ path: String, _ microseconds: String, network: String = "b-lenet", batch: Int = 1
    ) -> String {
        """
        {"network": "\(network)", "path": "\(path)", "engine": "native", "precision": "float32",
         "batch": \(batch), "medianMicroseconds": \(microseconds)}
        """
    }

    private static func document(_ rows: String...) -> String {
        "{\"rows\": [\(rows.joined(separator: ","))]}"
    }

    private func calibrate(_ model: String, costs: String) throws -> Program.Result {
        try Program.run(
            "calibrate", model, "--dataset", "digits", "--costs", costs, "--quiet", "--json")
    }

    @Test func takesWhatBenchPrinted() throws {
        try withTemporaryFolder { folder in
            let model = folder + "/model"
            try SampleModel.writeRandom(to: model, dataset: "digits")
            let bench = try Program.run("bench", model, "--calls", "50", "--json")
            #expect(bench.status == 0, "\(bench.errors)")
            let costs = try write(Array(bench.output.utf8), to: "phone.json", in: folder)
            let result = try calibrate(model, costs: costs)
            #expect(result.status == 0, "\(result.errors)")
            let rows = try JSONDecoder().decode(JSONValue.self, from: Data(bench.output.utf8))
            let medians = rows["rows"]?.elements.dropFirst(2).map { $0["medianMicroseconds"] }
            let record = try JSONDecoder().decode(JSONValue.self, from: Data(result.output.utf8))
            #expect(record["microsecondsToExit"]?.elements == medians)
            #expect(record["costFile"] == .string("phone.json"))
            let isWarned = record["warnings"]?.elements.isEmpty == false
            try DocumentedKeys(section: "calibrate --json").expectToDescribe(
                record.places(opaque: ["front[]"]),
                without: Set(["patience", "temperatures[]"] + (isWarned ? [] : ["warnings[]"])))
        }
    }

    @Test(arguments: [
        ("{}", "not what `branchynet bench --json` prints: the key 'rows' is missing"),
        ("[1", "not what `branchynet bench --json` prints: "),
        (document(), "no times to the exits of 'b-lenet', one image a call, native engine"),
        (
            document(row("exit0", "5", network: "b-alexnet")),
            "it has 'b-alexnet' (native, float32, batch 1)"
        ),
        (document(row("exit0", "5", batch: 8)), "it has 'b-lenet' (native, float32, batch 8)"),
        (
            document(row("full", "20"), row("exit0", "5")),
            "the paths exit0 of 'b-lenet', one image a call, native engine, float32, expected each "
                + "of exit0, exit1 once"
        ),
        (
            document(row("exit0", "5"), row("exit1", "20"), row("exit2", "30")),
            "the paths exit0, exit1, exit2 of"
        ),
        (document(row("exit0", "5"), row("exit0", "6")), "the paths exit0, exit0 of"),
        (document(row("exit0", "-5"), row("exit1", "20")), "exit0 takes -5.0 µs, expected a"),
        (document(row("exit0", "0"), row("exit1", "20")), "exit0 takes 0.0 µs, expected a"),
        (document(row("exit0", "5"), row("exit1", "\"nan\"")), "exit1 takes nan µs, expected"),
        (document(row("exit0", "5"), row("exit1", "\"inf\"")), "exit1 takes inf µs, expected"),
        (document(row("exit0", "5"), row("exit1", "null")), "expected Double, found null"),
        (
            document(row("exit1", "4"), row("exit0", "5")),
            "exit1 takes 4.0 µs, less than the 5.0 µs of exit0, which is on the way there"
        ),
    ])
    func refusesOtherFiles(text: String, message: String) throws {
        try withTemporaryFolder { folder in
            let model = folder + "/model"
            try SampleModel.writeRandom(to: model, dataset: "digits")
            let costs = try write(Array(text.utf8), to: "costs.json", in: folder)
            let result = try calibrate(model, costs: costs)
            #expect(result.status == 65)
            #expect(result.output.isEmpty)
            #expect(result.errors.hasPrefix("Error: \(costs): "))
            #expect(result.errors.contains(message), "\(result.errors)")
        }
    }

    @Test func namesAFileThatIsNotThere() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder, dataset: "digits")
            let result = try calibrate(folder, costs: folder + "/none.json")
            #expect(result.status == 65)
            #expect(result.errors.hasPrefix("Error: \(folder)/none.json: "))
        }
    }
}

import BranchyCompute
import BranchyNet
import Foundation

/// What `bench --json` printed, as far as costs depend on it.
struct CostFile {
    private static let largestFile = 1 << 24

    private struct Document: Decodable {
        let rows: [Row]
    }

    private struct Row: Decodable {
        let network: String
        let path: String
        let engine: String
        let precision: String
        let batch: Int
        let medianMicroseconds: Double
    }

    private let path: String
    private let rows: [Row]

    /// - Throws: `ModelError` where the file cannot be read or is not of that format.
    init(contentsOf path: String) throws {
        let bytes = try AtomicFile.read(path, limit: Self.largestFile).withoutByteOrderMark
        do {
            rows = try JSONDecoder.branchyNet.decode(Document.self, from: Data(bytes)).rows
        } catch {
            throw ModelError(
                .corruptFile,
                "\(path): not what `branchynet bench --json` prints: \(ModelError.describe(error))")
        }
        self.path = path
    }

    /// The median time to leave at each exit of a network, in microseconds.
    ///
    /// - Throws: `ModelError` where the file has other exits than the network, says nothing or two
    ///   things about one of them, or times that cannot be.
    func microsecondsToExit(
        of network: BranchedNetwork, by engine: any Engine
    ) throws -> [Double] {
        let (engine, precision) = (engine.name, engine.arithmetic.precision)
        let wanted = "'\(network.name)', one image a call, \(engine) engine, \(precision)"
        let times = rows.filter {
            $0.network == network.name && $0.engine == engine && $0.precision == precision
                && $0.batch == 1 && $0.path.hasPrefix("exit")
        }
        guard !times.isEmpty else {
            throw fault("no times to the exits of \(wanted); it has \(contents)")
        }
        let expected = (0..<network.exitCount).map { "exit\($0)" }
        guard times.map(\.path).sorted() == expected.sorted() else {
            throw fault(
                "the paths \(times.map(\.path).joined(separator: ", ")) of \(wanted), expected "
                    + "each of \(expected.joined(separator: ", ")) once")
        }
        let byPath = Dictionary(uniqueKeysWithValues: times.map { ($0.path, $0) })
        return try check(expected.compactMap { byPath[$0]?.medianMicroseconds })
    }

    /// The way to an exit goes past all exits before it.
    private func check(_ microseconds: [Double]) throws -> [Double] {
        for (exit, time) in microseconds.enumerated() {
            guard time > 0, time.isFinite else {
                throw fault("exit\(exit) takes \(time) µs, expected a number above 0")
            }
            guard exit == 0 || time >= microseconds[exit - 1] else {
                throw fault(
                    "exit\(exit) takes \(time) µs, less than the \(microseconds[exit - 1]) µs of "
                        + "exit\(exit - 1), which is on the way there; measure again with more "
                        + "--calls")
            }
        }
        return microseconds
    }

    private var contents: String {
        let kinds = rows.map {
            "'\($0.network)' (\($0.engine), \($0.precision), batch \($0.batch))"
        }
        let distinct = Set(kinds).sorted()
        guard !distinct.isEmpty else { return "no rows" }
        let rest = distinct.count > 5 ? " and \(distinct.count - 5) more" : ""
        return distinct.prefix(5).joined(separator: ", ") + rest
    }

    private func fault(_ message: String) -> ModelError {
        ModelError(.corruptFile, "\(path): \(message)")
    }
}

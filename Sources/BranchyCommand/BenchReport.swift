import BranchyEvaluation
import BranchyNet
import Foundation
import NativeEngine

/// What `bench` prints, for people and for machines.
struct BenchReport: Encodable {
    /// One path on one engine.
    struct Row: Encodable {
        let network: String
        let path: String
        let engine: String
        let precision: String
        let threads: Int
        let batch: Int
        let medianMicroseconds: Double
        let p95Microseconds: Double
        let p99Microseconds: Double
        let imagesPerSecond: Double
        let peakShare: Double
    }

    private(set) var rows: [Row] = []
    private var intervals: [(low: Double, high: Double)] = []
    private let threads: Int
    private let batch: Int
    private let peak: Double

    private enum CodingKeys: CodingKey { case rows }

    /// - Parameters:
    ///   - threads: how many predict at the same time.
    ///   - batch: images of a call; of more than one, all threads share a call.
    ///   - peak: what a core can do at most, in floating-point operations per second.
    init(threads: Int, batch: Int, peak: Double) {
        (self.threads, self.batch, self.peak) = (threads, batch, peak)
    }

    /// Adds the paths of a network.
    mutating func append(_ subjects: [BenchSubject], _ times: CallTimes) throws {
        let cores = batch > 1 ? min(threads, batch) : 1
        for (index, subject) in subjects.enumerated() {
            let seconds = times.seconds[index]
            let operations = 2 * Double(batch * (try subject.path.multiplyAccumulates()))
            intervals.append(seconds.medianInterval)
            rows.append(
                Row(
                    network: subject.path.network.name, path: subject.path.name,
                    engine: subject.engine.rawValue, precision: subject.precision.rawValue,
                    threads: threads, batch: batch, medianMicroseconds: seconds.median * 1e6,
                    p95Microseconds: seconds.quantile(0.95) * 1e6,
                    p99Microseconds: seconds.quantile(0.99) * 1e6,
                    imagesPerSecond: times.callsPerSecond[index] * Double(batch),
                    peakShare: operations / (seconds.median * peak * Double(cores))))
        }
    }

    func json() throws -> String {
        String(decoding: try JSONEncoder.branchyNet.encode(self), as: UTF8.self) + "\n"
    }

    func table() -> String {
        var table = Table([.left, .left, .left, .right, .right, .right, .right, .right, .right])
        table.add([
            "network", "path", "engine", "median", "95 % interval", "p95", "p99", "images/s",
            "of peak",
        ])
        for (row, interval) in zip(rows, intervals) {
            let (low, high) = (interval.low * 1e6, interval.high * 1e6)
            table.add([
                row.network, row.path, row.engine, Format.microseconds(row.medianMicroseconds),
                "\(Format.fixed(low, digits: 1)) to \(Format.fixed(high, digits: 1))",
                Format.microseconds(row.p95Microseconds),
                Format.microseconds(row.p99Microseconds),
                Format.grouped(Int(row.imagesPerSecond)), Format.percent(row.peakShare),
            ])
        }
        return table.text + """

            \(batch) image(s) a call on \(threads) thread(s), \(rows.first?.precision ?? ""). A \
            core's peak in float32, measured in this run, is \
            \(Format.fixed(peak * 1e-9, digits: 1)) GFLOP/s; the share counts taps on padding, \
            and can exceed 100 % where an engine multiplies less.

            """
    }
}

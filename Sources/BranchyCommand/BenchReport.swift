import BranchyEvaluation
import BranchyNet
import Foundation

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

    let rows: [Row]
    private let intervals: [(low: Double, high: Double)]
    private let peak: Double

    private enum CodingKeys: CodingKey { case rows }

    /// - Parameter peak: what a core can do at most, in floating-point operations per second.
    init(
        network: String, _ times: CallTimes, _ names: [(engine: EngineChoice, path: BenchPath)],
        threads: Int, peak: Double
    ) throws {
        self.peak = peak
        intervals = times.seconds.map(\.medianInterval)
        rows = try names.indices.map { index in
            let seconds = times.seconds[index]
            let operations = 2 * Double(try names[index].path.multiplyAccumulates())
            return Row(
                network: network, path: names[index].path.name,
                engine: names[index].engine.rawValue, precision: "float32", threads: threads,
                batch: 1, medianMicroseconds: seconds.median * 1e6,
                p95Microseconds: seconds.quantile(0.95) * 1e6,
                p99Microseconds: seconds.quantile(0.99) * 1e6,
                imagesPerSecond: times.callsPerSecond[index],
                peakShare: operations / (seconds.median * peak))
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

            One image at a time on \(rows.first?.threads ?? 1) thread(s), float32. A core's peak, \
            measured in this run, is \(Format.fixed(peak * 1e-9, digits: 1)) GFLOP/s; the share \
            counts taps on padding, and can exceed 100 % where an engine multiplies less.

            """
    }
}

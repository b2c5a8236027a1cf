import BranchyEvaluation
import BranchyNet
import BranchyWorkflow
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
        let threadsPerImage: Int
        let batch: Int
        let caches: CacheState
        let medianMicroseconds: Double
        let p95Microseconds: Double
        let p99Microseconds: Double
        let imagesPerSecond: Double
        let peakShare: Double
    }

    /// What its exits cost and bring a network, from rows of the same run.
    struct Exits: Encodable {
        let network: String
        let engine: String
        /// The way to the last exit with every branch asked, by the plain network's time.
        let worstCase: Double
        /// The way to the last exit with no branch asked, by the plain network's time.
        let disabled: Double
        /// What the model's thresholds make of it, where there are images to leave.
        let policy: Policy?

        private enum CodingKeys: CodingKey { case network, engine, worstCase, disabled, policy }

        /// Writes a missing policy as null.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(network, forKey: .network)
            try container.encode(engine, forKey: .engine)
            try container.encode(worstCase, forKey: .worstCase)
            try container.encode(disabled, forKey: .disabled)
            try container.encode(policy, forKey: .policy)
        }
    }

    /// Exits under a policy.
    struct Policy: Encodable {
        /// How many images leave at each exit.
        let exitShares: [Double]
        /// Images per second, by what shares and median times of the exits come to.
        let pace: Double
    }

    private(set) var rows: [Row] = []
    private(set) var exits: [Exits] = []
    private var intervals: [(low: Double, high: Double)] = []
    private let threads: Int
    private let threadsPerImage: Int
    private let batch: Int
    private let caches: CacheState
    private let peak: Double

    private enum CodingKeys: CodingKey { case exits, rows }

    /// - Parameters:
    ///   - threads: how many predict at the same time.
    ///   - threadsPerImage: how many share the work on one.
    ///   - batch: images of a call; of more than one, all threads share a call.
    ///   - caches: what they hold when a call begins.
    ///   - peak: what a core can do at most, in floating-point operations per second.
    init(threads: Int, threadsPerImage: Int, batch: Int, caches: CacheState, peak: Double) {
        (self.threads, self.threadsPerImage, self.batch) = (threads, threadsPerImage, batch)
        (self.caches, self.peak) = (caches, peak)
    }

    /// Adds the paths of a network.
    mutating func append(_ subjects: [BenchSubject], _ times: CallTimes) throws {
        let first = rows.count
        for (subject, (seconds, calls)) in zip(subjects, zip(times.seconds, times.callsPerSecond)) {
            intervals.append(seconds.medianInterval)
            rows.append(try row(subject, seconds, callsPerSecond: calls))
        }
        let added = Array(zip(subjects, rows[first...]))
        for subject in subjects where subject.path.way == .disabled {
            exits.append(
                Exits(
                    subject, beside: added.filter { $0.0.engine == subject.engine },
                    callers: batch > 1 ? 1 : threads))
        }
    }

    private func row(
        _ subject: BenchSubject, _ seconds: [Double], callsPerSecond: Double
    ) throws -> Row {
        let operations = 2 * Double(batch) * (try subject.multiplyAccumulates())
        let cores = (batch > 1 ? min(threads, batch) : 1) * threadsPerImage
        // Where images leave at different exits, half of the calls say nothing of the mean.
        let typical = subject.exitShares == nil ? seconds.median : seconds.mean
        return Row(
            network: subject.path.network.name, path: subject.path.name,
            engine: subject.engine.rawValue, precision: subject.precision.rawValue,
            threads: threads, threadsPerImage: threadsPerImage, batch: batch, caches: caches,
            medianMicroseconds: seconds.median * 1e6,
            p95Microseconds: seconds.quantile(0.95) * 1e6,
            p99Microseconds: seconds.quantile(0.99) * 1e6,
            imagesPerSecond: callsPerSecond * Double(batch),
            peakShare: operations / (typical * peak * Double(cores)))
    }

    private var sharing: String {
        threadsPerImage > 1 ? ", \(threadsPerImage) for each image" : ""
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
        return table.text + exits.map(\.text).joined() + """

            \(batch) image(s) a call on \(threads) thread(s)\(sharing), \(rows.first?.precision ?? ""), \
            \(caches.rawValue) caches. A core's peak in float32, measured in this run, is \
            \(Format.fixed(peak * 1e-9, digits: 1)) GFLOP/s; the share counts taps on padding, \
            and can exceed 100 % where an engine multiplies less.

            """
    }
}

extension BenchReport.Exits {
    /// Compares the rows of a network on an engine.
    ///
    /// - Parameter callers: how many call at the same time.
    fileprivate init(
        _ subject: BenchSubject, beside rows: [(BenchSubject, BenchReport.Row)], callers: Int
    ) {
        var full = Double.nan
        var disabled = Double.nan
        var ways: [Double] = []
        var policy: (shares: [Double], imagesPerSecond: Double)?
        for (subject, row) in rows {
            let microseconds = row.medianMicroseconds / Double(row.batch)
            switch subject.path.way {
            case .full: full = microseconds
            case .disabled: disabled = microseconds
            case .exit: ways.append(microseconds)
            case .policy: policy = (subject.exitShares ?? [], row.imagesPerSecond)
            }
        }
        network = subject.path.network.name
        engine = subject.engine.rawValue
        worstCase = (ways.last ?? .nan) / full
        self.disabled = disabled / full
        self.policy = policy.map { policy in
            let mean = zip(policy.shares, ways).reduce(0) { $0 + $1.0 * $1.1 }
            return BenchReport.Policy(
                exitShares: policy.shares,
                pace: policy.imagesPerSecond * mean * 1e-6 / Double(callers))
        }
    }

    fileprivate var text: String {
        var text =
            "\n\(network) on \(engine): the worst case takes \(Self.more(worstCase)) the "
            + "plain network, branches that nobody asks \(Self.more(disabled)) it."
        if let policy {
            let shares = policy.exitShares.map(Format.percent).joined(separator: " + ")
            text +=
                "\nUnder the policy \(shares) leave; images/s are \(Format.percent(policy.pace)) "
                + "of what that and the times to the exits come to."
        }
        return text + "\n"
    }

    private static func more(_ ratio: Double) -> String {
        let percent = Format.fixed(abs(ratio - 1) * 100, digits: 1)
        return "\(percent) % \(ratio < 1 ? "less" : "more") than"
    }
}

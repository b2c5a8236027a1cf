import BranchyCompute
import BranchyEvaluation
import BranchyWorkflow

/// What `profile` prints, for people and for machines.
struct ProfileReport: Encodable {
    /// One operation and its time.
    struct Row: Encodable {
        let segment: String
        let operation: String
        let implementation: String
        let shape: [Int]
        let microseconds: Double
        /// Of the sum of all.
        let share: Double
        let multiplyAccumulates: Int
        let bytes: Int
        let peakShare: Double
        let memoryShare: Double
    }

    private let caches: CacheState
    /// What one core can do in a second at most.
    private let peakOperationsPerSecond: Double
    private let memoryBytesPerSecond: Double
    private let sumMicroseconds: Double
    /// Of runs in which nobody looked at the clock between.
    private let runMicroseconds: Double
    private let rows: [Row]

    /// - Parameters:
    ///   - peak: floating-point operations that one core can do in a second.
    ///   - memory: bytes that one core can read from memory in a second.
    init(_ times: OperationTimes, caches: CacheState, peak: Double, memory: Double) {
        self.caches = caches
        (peakOperationsPerSecond, memoryBytesPerSecond) = (peak, memory)
        (sumMicroseconds, runMicroseconds) = (times.sum * 1e6, times.wholeSeconds * 1e6)
        rows = times.operations.map { operation in
            Row(
                segment: operation.segment, operation: operation.name,
                implementation: operation.implementation, shape: operation.shape.dimensions,
                microseconds: operation.seconds * 1e6, share: operation.seconds / times.sum,
                multiplyAccumulates: operation.multiplyAccumulates, bytes: operation.byteCount,
                peakShare: 2 * Double(operation.multiplyAccumulates) / operation.seconds / peak,
                memoryShare: Double(operation.byteCount) / operation.seconds / memory)
        }
    }

    /// A table of all operations, and what their times are compared with.
    var text: String {
        var table = Table([.left, .left, .left, .right, .right, .right, .right, .right])
        table.add([
            "segment", "operation", "implementation", "result", "time", "share", "of peak",
            "of memory",
        ])
        for row in rows {
            table.add([
                row.segment, row.operation, row.implementation,
                row.shape.map(String.init).joined(separator: "x"),
                Format.microseconds(row.microseconds), Self.percent(row.share),
                row.multiplyAccumulates == 0 ? "" : Self.percent(row.peakShare),
                Self.percent(row.memoryShare),
            ])
        }
        table.add([
            "all", "", "", "", Format.microseconds(sumMicroseconds), "", Self.percent(peakShare),
            Self.percent(memoryShare),
        ])
        return table.text + "\n" + summary
    }

    private var summary: String {
        """
        A whole run takes \(Format.microseconds(runMicroseconds)), with \(caches.rawValue) caches; the \
        sum is \(Self.percent(sumMicroseconds / runMicroseconds)) of that.
        One core does \(Self.billions(peakOperationsPerSecond)) GFLOP/s at most (fp32) and reads \
        \(Self.billions(memoryBytesPerSecond)) GB/s from memory, both measured now.

        """
    }

    private var peakShare: Double {
        let work = rows.reduce(0) { $0 + $1.multiplyAccumulates }
        return 2 * Double(work) / (sumMicroseconds * 1e-6) / peakOperationsPerSecond
    }

    private var memoryShare: Double {
        let bytes = rows.reduce(0) { $0 + $1.bytes }
        return Double(bytes) / (sumMicroseconds * 1e-6) / memoryBytesPerSecond
    }

    /// Timings are not known to more digits.
    private static func percent(_ share: Double) -> String {
        Format.fixed(share * 100, digits: 1) + " %"
    }

    private static func billions(_ number: Double) -> String {
        Format.fixed(number / 1e9, digits: 1)
    }
}

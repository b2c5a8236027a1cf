import BranchyNet
import Foundation
import TestSupport
import Testing

struct BenchTests {
    private struct Report: Decodable {
        struct Row: Decodable {
            let path: String
            let engine: String
            let caches: String
            let threads: Int
            let medianMicroseconds: Double
            let p95Microseconds: Double
            let p99Microseconds: Double
            let imagesPerSecond: Double
            let peakShare: Double
        }

        struct Exits: Decodable {
            struct Policy: Decodable {
                let exitShares: [Double]
                let pace: Double
            }

            let worstCase: Double
            let disabled: Double
            let policy: Policy?
        }

        let rows: [Row]
        let exits: [Exits]
    }

    private func report(_ arguments: [String]) throws -> Report {
        let result = try Program.run(["bench"] + arguments + ["--json", "--calls", "20"])
        #expect(result.status == 0)
        // A machine that is slow or busy is told how far it is.
        #expect(result.errors.isEmpty || result.errors.hasPrefix("timing "), "\(result.errors)")
        return try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
    }

    private func rows(_ arguments: String...) throws -> [Report.Row] {
        try report(arguments).rows
    }

    @Test func timesEveryPath() throws {
        let rows = try rows("b-lenet")
        #expect(rows.map(\.path) == ["full", "disabled", "exit0", "exit1"])
        for row in rows {
            #expect(row.engine == "native")
            #expect(row.medianMicroseconds > 0)
            #expect(row.medianMicroseconds <= row.p95Microseconds)
            #expect(row.p95Microseconds <= row.p99Microseconds)
            #expect(row.imagesPerSecond > 0)
            #expect(row.peakShare > 0)
        }
    }

    @Test func timesAModelThatWasTrained() throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(to: folder)
            #expect(try rows(folder, "--exit", "1").map(\.path) == ["exit0"])
        }
    }

    /// An untrained network is unsure everywhere: at a threshold above ln 10 everybody leaves at
    /// the first exit, at 0 nobody does.
    @Test(arguments: [(3, [1.0, 0.0]), (0, [0.0, 1.0])] as [(Float, [Double])])
    func imagesOfADataSetLeaveAtTheModelsThresholds(
        threshold: Float, shares: [Double]
    ) throws {
        try withTemporaryFolder { folder in
            try SampleModel.writeRandom(
                to: folder, policy: ThresholdPolicy(thresholds: [threshold]), dataset: "digits")
            for batch in ["1", "7"] {
                let report = try report([folder, "--dataset", "digits", "--batch", batch])
                #expect(
                    report.rows.map(\.path) == ["full", "disabled", "exit0", "exit1", "policy"])
                let exits = try #require(report.exits.first)
                #expect(exits.worstCase > 0 && exits.disabled > 0)
                #expect(exits.policy?.exitShares == shares)
                #expect(try #require(exits.policy).pace > 0)
            }
        }
    }

    @Test func withoutImagesNobodyLeavesByAPolicy() throws {
        let report = try report(["b-lenet"])
        #expect(report.exits.count == 1)
        #expect(report.exits.first?.policy == nil)
        #expect(try self.report(["lenet"]).exits.isEmpty)
    }

    @Test func timesANetworkThatIsOnlyDescribed() throws {
        try withTemporaryFolder { folder in
            let file = folder + "/network.json"
            let description = try Program.run("inspect", "b-lenet", "--json").output
            try Data(description.utf8).write(to: URL(fileURLWithPath: file))
            #expect(try rows(file, "--exit", "2").map(\.path) == ["exit1"])
            #expect(try Program.run("profile", file, "--repetitions", "1").status == 0)
        }
    }

    @Test func aNetworkWithoutBranchesHasOnePath() throws {
        #expect(try rows("lenet").map(\.path) == ["full"])
    }

    @Test func threadsTakeTurnsOnPathsOfTheirOwn() throws {
        #expect(try rows("b-lenet", "--threads", "2").map(\.threads) == [2, 2, 2, 2])
    }

    /// Which caches a time belongs to is said with it.
    @Test func coldCachesAreSaid() throws {
        #expect(try rows("lenet").map(\.caches) == ["warm"])
        #expect(try rows("b-lenet", "--cold").map(\.caches) == ["cold", "cold", "cold", "cold"])
        #expect(try rows("lenet", "--cold", "--batch", "3").map(\.caches) == ["cold"])
        let table = try Program.run("bench", "lenet", "--cold", "--calls", "2", "--threads", "2")
        #expect(table.status == 0)
        #expect(table.output.contains("cold caches"))
    }

    /// What empties the caches is memory too.
    @Test func coldCachesCountAgainstTheMemoryLimit() throws {
        let arguments = ["bench", "lenet", "--calls", "2", "--memory-limit", "60M"]
        #expect(try Program.run(arguments).status == 0)
        let refused = try Program.run(arguments + ["--cold"])
        #expect(refused.status == 65)
        #expect(refused.errors.contains("--memory-limit"))
    }

    @Test(.enabled(if: Program.hasOneDNN))
    func enginesAreCompared() throws {
        let rows = try rows("lenet", "--engine", "native", "--engine", "onednn")
        #expect(rows.map(\.engine) == ["native", "onednn"])
    }

    @Test func aPromiseThatIsNotKeptIsAnExitCode() throws {
        let slow = try Program.run("bench", "lenet", "--calls", "5", "--at-most", "0.001us")
        #expect(slow.status == 2)
        #expect(slow.output.contains("GFLOP/s"))
        #expect(slow.errors == "Error: --at-most: 1 medians are above it\n")
        let fast = try Program.run("bench", "lenet", "--calls", "5", "--at-most", "100s")
        #expect(fast.status == 0)
    }

    @Test func profilesListEveryOperation() throws {
        let result = try Program.run("profile", "b-lenet", "--repetitions", "1")
        #expect(result.status == 0)
        for segment in ["backbone 0", "branch 0", "backbone 1"] {
            #expect(result.output.contains(segment))
        }
        #expect(result.output.contains("convolution + max pooling + relu"))
        #expect(result.output.contains("A whole run takes"))
        #expect(result.output.contains("with warm caches"))
        let cold = try Program.run("profile", "lenet", "--repetitions", "1", "--cold")
        #expect(cold.output.contains("with cold caches"), "\(cold.errors)")
        #expect(try Program.run("profile", "b-lenet", "--repetitions", "0").status == 64)
    }

    @Test(arguments: [
        ["--exit", "3"], ["--exit", "0"], ["--threads", "0"], ["--calls", "0"],
        ["--at-most", "soon"], ["--engine", "abacus"],
        ["--dataset", "digits", "--exit", "1"], ["--dataset", "digits", "--random-weights"],
    ])
    func refusesWrongUse(arguments: [String]) throws {
        let result = try Program.run(["bench", "b-lenet"] + arguments)
        #expect(result.status == 64)
        #expect(result.output.isEmpty)
    }
}

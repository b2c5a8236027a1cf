import BranchyCompute
import BranchyEvaluation
import BranchyNet
import BranchyWorkflow
import Foundation
import NativeEngine
import TestSupport
import Testing

#if OneDNN
import OneDNNEngine

/// Exits are put on a trained network where they pay on pictures.
struct PlacementRunTests {
    private static var options: PlacementOptions {
        var options = PlacementOptions(DataSource("digits"))
        (options.heads, options.images, options.epochs) = ([.linear, .twoScale], 200, 1)
        (options.share, options.threads) = (1, 1)
        return options
    }

    private static func place(
        on plain: ModelFolder, _ options: PlacementOptions, into output: String,
        observer: WorkflowObserver = WorkflowObserver()
    ) throws -> PlacedExits {
        try plain.branch(
            placing: options, into: output, observer: observer, inference: NativeEngine()
        ) { try OneDNNEngine(threads: $0) }
    }

    @Test func theNetworkThatIsWrittenHasTheExitsThatWereChosen() throws {
        try SampleRun.whileThere(try BranchedNetwork.named("lenet")) { plain in
            try withTemporaryFolder { folder in
                let output = ModelFolder(folder + "/b")
                let before = try FolderContents(plain.path)
                let placed = try Self.place(on: plain, Self.options, into: output.path)
                let search = try #require(placed.summary.search)
                let chosen = search.candidates.flatMap { candidate in
                    candidate.heads.filter(\.isChosen).map { "\(candidate.behind) \($0.head)" }
                }
                #expect(placed.summary.exits.map { "\($0.behind) \($0.head)" } == chosen)
                #expect(search.accuracy >= search.leastAccuracy)
                #expect(search.trainingImages == 200 && search.featureBytes > 0)
                if !chosen.isEmpty {
                    let network = try output.read().network
                    #expect(network.exitCount == chosen.count + 1)
                    try output.strip(into: folder + "/back")
                    #expect(try FolderContents(folder + "/back") == before)
                }
                #expect(try FolderContents(plain.path) == before)
            }
        }
    }

    @Test func tooLittleDiskIsRefusedAndAStoppedSearchLeavesNothing() throws {
        try SampleRun.whileThere(try BranchedNetwork.named("lenet")) { plain in
            try withTemporaryFolder { folder in
                let output = folder + "/b"
                var small = Self.options
                small.diskByteCount = 1_000
                let error = #expect(throws: ModelError.self) {
                    _ = try Self.place(on: plain, small, into: output)
                }
                #expect(error?.message.contains("raise it by --disk") == true)
                var events = 0
                for most in [2, 400] {
                    events = 0
                    #expect(throws: Interrupted.self) {
                        _ = try Self.place(
                            on: plain, Self.options, into: output,
                            observer: WorkflowObserver(
                                report: { _ in events += 1 }, isStopped: { events > most }))
                    }
                    #expect(!FileManager.default.fileExists(atPath: output), "\(most)")
                }
            }
        }
    }
}
#endif

import BranchyNet
import Foundation
import NativeEngine
import Testing

/// The Swift that README.md shows is a file each beside this one, compiled with it: what does not
/// compile any more, or is changed in one place only, is found here.
struct ReadmeTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
    }

    @Test func showsWhatIsCompiled() throws {
        let parts = try Self.text("../../README.md").components(separatedBy: "```swift\n")
        let shown = parts.dropFirst().map { $0.components(separatedBy: "```\n")[0] }
        let compiled = try ["ClassifierBlock", "PredictorBlock", "NetworkBlock"].map {
            try Self.text($0 + ".swift")
        }
        #expect(shown == compiled)
    }

    @Test func theNetworkIsOne() throws {
        #expect(network.exitCount == 2)
        _ = try network.plainProgram()
    }
}

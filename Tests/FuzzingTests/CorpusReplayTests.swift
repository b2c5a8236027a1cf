import Foundation
import Fuzzing
import Testing

/// Every input that was ever worth keeping, read once more.
struct CorpusReplayTests {
    struct Input: CustomTestStringConvertible {
        let target: FuzzTarget
        let url: URL

        var testDescription: String { "\(target)/\(url.lastPathComponent)" }
        /// What the name says: whether the input has to be read.
        var isGood: Bool { url.lastPathComponent.hasPrefix("good-") }
    }

    static let inputs = FuzzTarget.allCases.flatMap { target in
        corpus(of: target).map { Input(target: target, url: $0) }
    }

    private static func corpus(of target: FuzzTarget) -> [URL] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Fuzzing/Corpus/\(target)")
        let files = try? FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: nil)
        return (files ?? []).sorted { $0.path < $1.path }
    }

    @Test(arguments: inputs) func inputIsReadOrRefusedAsItsNameSays(_ input: Input) throws {
        let bytes = Array(try Data(contentsOf: input.url))
        let folder = try ScratchFolder()
        do {
            try input.target.read(bytes, in: folder)
            #expect(input.isGood, "was read")
        } catch let finding as FuzzFinding {
            Issue.record("\(finding)")
        } catch {
            #expect(!input.isGood, "was refused: \(error)")
        }
    }

    @Test(arguments: FuzzTarget.allCases)
    func everyTargetHasGoodAndBadInputs(_ target: FuzzTarget) {
        let names = Self.corpus(of: target).map(\.lastPathComponent)
        #expect(names.contains { $0.hasPrefix("good-") })
        #expect(names.contains { $0.hasPrefix("bad-") })
        #expect(names.allSatisfy { $0.hasPrefix("good-") || $0.hasPrefix("bad-") })
    }
}

import Foundation
import Testing

/// Expects a text to be that of a file in `Golden`.
///
/// With `BRANCHYNET_WRITE_GOLDEN=1` the file is written instead: look at the difference before it
/// is committed.
func expectGolden(
    _ text: String, _ name: String, location: SourceLocation = #_sourceLocation
) throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Golden/\(name)")
    if ProcessInfo.processInfo.environment["BRANCHYNET_WRITE_GOLDEN"] != nil {
        try Data(text.utf8).write(to: file)
    }
    let golden = try String(contentsOf: file, encoding: .utf8)
    #expect(text == golden, sourceLocation: location)
}

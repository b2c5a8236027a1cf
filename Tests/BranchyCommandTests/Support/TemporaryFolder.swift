import Foundation

/// A folder that is there while the body runs.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("branchynet-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
}

/// Replaces a file's bytes by others, made of them.
func edit(_ path: String, _ change: (inout [UInt8]) -> Void) throws {
    let url = URL(fileURLWithPath: path)
    var bytes = Array(try Data(contentsOf: url))
    change(&bytes)
    try Data(bytes).write(to: url)
}

/// The bytes of a file.
func contents(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path)))
}

import Foundation
import Testing

/// The built program, run as a user runs it.
struct Program {
    /// What a run left.
    struct Result {
        let status: Int32
        let output: String
        let errors: String
    }

    /// Beside the test bundle, where the build puts every product.
    static let path =
        Bundle.main.executableURL?.deletingLastPathComponent()
        .appendingPathComponent("branchynet").path ?? "branchynet"

    static func run(_ arguments: String...) throws -> Result {
        let process = Process()
        let (output, errors) = (Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let errorText = String(
            decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return Result(status: process.terminationStatus, output: text, errors: errorText)
    }
}

struct ProgramTests {
    @Test func tellsItsVersion() throws {
        let result = try Program.run("--version")
        #expect(result.status == 0)
        #expect(result.output.hasPrefix("branchynet 0.1.0"))
    }
}

import Foundation

/// The built program, run as a user runs it.
struct Program {
    /// What a run left.
    struct Result {
        let status: Int32
        let output: String
        let errors: String
    }

    /// Whether the program was built with the engine that trains.
    static var hasOneDNN: Bool {
        #if OneDNN
        true
        #else
        false
        #endif
    }

    /// Where real MNIST is, for the tests that cannot do without.
    static let dataFolder = ProcessInfo.processInfo.environment["BRANCHYNET_DATA_DIR"]

    /// Whether the program can train here.
    static var canTrain: Bool { hasOneDNN && dataFolder != nil }

    /// Beside the test bundle, where the build puts every product.
    static let path =
        Bundle.main.executableURL?.deletingLastPathComponent()
        .appendingPathComponent("branchynet").path ?? "branchynet"

    static func run(_ arguments: String...) throws -> Result {
        try run(arguments)
    }

    static func run(_ arguments: [String]) throws -> Result {
        try Program(arguments).result()
    }

    /// Runs a line of shell, in which `$0` is the program.
    static func shell(_ line: String, _ arguments: String...) throws -> Result {
        try Program(["-c", line, path] + arguments, program: "/bin/bash").result()
    }

    private let process = Process()
    private let output = Pipe()
    private let errors: URL

    /// Starts the program.
    init(_ arguments: [String], program: String = path) throws {
        // A file: reading two pipes one after the other could wait for ever.
        errors = FileManager.default.temporaryDirectory
            .appendingPathComponent("branchynet-errors-\(UUID().uuidString)")
        try Data().write(to: errors)
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: errors)
        process.standardInput = FileHandle.nullDevice
        try process.run()
    }

    var isRunning: Bool { process.isRunning }

    var processIdentifier: Int32 { process.processIdentifier }

    /// Ends it without a chance to clear up.
    func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
    }

    /// What Ctrl-C does.
    func interrupt() {
        process.interrupt()
    }

    /// Waits for the end.
    func result() throws -> Result {
        defer { try? FileManager.default.removeItem(at: errors) }
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus, output: String(decoding: bytes, as: UTF8.self),
            errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
    }
}

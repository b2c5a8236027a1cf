import ArgumentParser
import BranchyWorkflow

/// The `branchynet` program.
@main
struct BranchyNetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "branchynet",
        abstract: "Train, evaluate and run neural networks that answer easy images early.",
        discussion: """
            Results go to standard output, progress and errors to standard error. Exit codes: \
            0 done, 1 the run failed, 2 a guarantee was not kept, 64 wrong usage, 65 bad data, \
            recipe or model, 73 output cannot be written, 130 interrupted (by Ctrl-C, a request to \
            end, or the end of the terminal unless started by nohup).
            """,
        version: "branchynet \(Version.number) (\(Engines.description))",
        subcommands: [
            Demo.self, Train.self, Calibrate.self, Verify.self, Evaluate.self, Report.self,
            Predict.self, Inspect.self, Bench.self, Profile.self, Reproduce.self, Study.self,
            Datasets.self, Import.self, BranchModel.self, Strip.self, Export.self,
        ])

    static func main() {
        do {
            try refuseEmpty(CommandLine.arguments)
            var command = try parseAsRoot(
                Array(CommandLine.arguments.dropFirst()).joiningNegativeNumbers)
            if (command as? any AnsweringCommand)?.engines.contains(.onednn) ?? true {
                PassiveWaiting.enter()
            }
            try command.run()
        } catch {
            end(by: error)
        }
    }

    /// No file, folder, name or value is empty. Refused here, no option can forget it.
    private static func refuseEmpty(_ arguments: [String]) throws {
        let expectation = "is empty, expected a path, a name or a value"
        for (index, argument) in arguments.enumerated().dropFirst() {
            if argument.isEmpty {
                let before = arguments[index - 1]
                let place = before.hasPrefix("-") ? before : "argument \(index)"
                throw ValidationError("\(place) \(expectation)")
            }
            if argument.hasPrefix("-"), let sign = argument.firstIndex(of: "="),
                argument[sign...] == "="
            {
                throw ValidationError("\(argument[..<sign]) \(expectation)")
            }
        }
    }

    /// Ends the program with what an error says. What was asked for and cannot be written, help
    /// included, is no success.
    private static func end(by error: any Error) -> Never {
        if let status = ExitStatus(of: error) {
            // What went wrong with each mirror is a list; all else is one line, whatever names are
            // in it.
            let text = error is DownloadError ? "\(error)" : "\(error)".onOneLine
            StandardError.write("Error: \(text)\n")
            exit(withError: ExitCode(status.rawValue))
        }
        let code = exitCode(for: error)
        let message = fullMessage(for: error)
        if code.isSuccess {
            do { try StandardOutput.write(message + "\n") } catch { end(by: error) }
        } else if !message.isEmpty {
            StandardError.write(message + "\n")
        }
        exit(withError: code)
    }
}

import ArgumentParser

/// The `branchynet` program.
@main
struct BranchyNetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "branchynet",
        abstract: "Train, evaluate and run neural networks that answer easy images early.",
        discussion: """
            Results go to standard output, progress and errors to standard error. Exit codes: \
            0 done, 1 the run failed, 2 a promise was not kept, 64 wrong usage, 65 bad data, \
            recipe or model, 73 output cannot be written, 130 interrupted.
            """,
        version: "branchynet \(Version.number) (\(Engines.description))",
        subcommands: [
            Demo.self, Train.self, Calibrate.self, Verify.self, Evaluate.self, Report.self,
            Predict.self, Inspect.self, Bench.self, Profile.self, Reproduce.self, Study.self,
            Datasets.self,
        ])

    static func main() {
        PassiveWaiting.enter()
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            guard let status = ExitStatus(of: error) else { exit(withError: error) }
            // What went wrong with each mirror is a list; all else is one line, whatever names are
            // in it.
            let text = error is DownloadError ? "\(error)" : "\(error)".onOneLine
            StandardError.write("Error: \(text)\n")
            exit(withError: ExitCode(status.rawValue))
        }
    }
}

/// The version of this package.
enum Version {
    static let number = "0.1.0"
}

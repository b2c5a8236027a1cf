import BranchyWorkflow
import Foundation
import Testing

struct ProgramTests {
    static let subcommands = [
        "demo", "train", "calibrate", "verify", "evaluate", "report", "predict", "inspect",
        "bench", "profile", "reproduce", "study", "datasets", "import", "branch",
        "strip", "export",
    ]

    /// Those that do something themselves.
    static let actions =
        subcommands.filter { !["study", "datasets"].contains($0) }.map { [$0] }
        + ["thresholds", "loss-weights", "branch-depth"].map { ["study", $0] }
        + ["list", "info", "fetch", "bench"].map { ["datasets", $0] }

    @Test func tellsItsVersion() throws {
        let result = try Program.run("--version")
        #expect(result.status == 0)
        #expect(result.output.hasPrefix("branchynet \(Version.number)"))
    }

    @Test func listsItsSubcommandsAndExitCodes() throws {
        let result = try Program.run("--help")
        #expect(result.status == 0)
        let words = Set(result.output.split { !$0.isLetter && !$0.isNumber }.map(String.init))
        #expect(words.isSuperset(of: Self.subcommands + ["0", "1", "2", "64", "65", "73", "130"]))
    }

    @Test(arguments: actions)
    func helpListsEveryOption(action: [String]) throws {
        let command = try #require(try CommandDump.load().command(at: action))
        let options = command.arguments ?? []
        let help = try Program.run(action + ["--help"])
        #expect(help.status == 0)
        #expect(help.errors.isEmpty)
        #expect(options.count > 3)
        for option in options {
            let names = option.names ?? []
            #expect(names.allSatisfy { help.output.contains($0.text) }, "\(option.valueName ?? "")")
        }
    }

    @Test func everyArgumentSaysWhatItIsFor() throws {
        let dump = try CommandDump.load()
        #expect(dump.ownSubcommands.map(\.commandName) == Self.subcommands)
        let commands =
            [dump] + dump.ownSubcommands + dump.ownSubcommands.flatMap(\.ownSubcommands)
        #expect(commands.count == 1 + Self.subcommands.count + 9)
        for command in commands {
            #expect(command.abstract?.isEmpty == false, "\(command.commandName)")
            for argument in command.arguments ?? [] {
                let name = "\(command.commandName) \(argument.valueName ?? "")"
                #expect(argument.abstract?.isEmpty == false, "\(name)")
            }
        }
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func writesCompletionScripts(shell: String) throws {
        let result = try Program.run("--generate-completion-script", shell)
        #expect(result.status == 0)
        for word in Self.subcommands + ["checkpoint-interval", "mirror"] {
            #expect(result.output.contains(word), "\(word)")
        }
    }

    @Test(arguments: [
        ["fly"], ["--fly"], ["train"], ["train", "lenet"], ["predict", "model"], ["inspect"],
        ["train", "lenet", "-o", "run", "--fly"], ["evaluate", "model", "--limit", "many"],
        ["evaluate", "model", "--limit=-1"], ["predict", "model", "images", "--limit=-1"],
        ["evaluate", "model", "--split", "train"],
        ["predict", "model", "images", "--threshold", "x"], ["datasets", "info"],
        ["datasets", "fetch"], ["datasets", "list", "mnist"], ["datasets", "fly"],
    ])
    func refusesWrongUse(arguments: [String]) throws {
        let result = try Program.run(arguments)
        #expect(result.status == 64)
        #expect(result.output.isEmpty)
        #expect(result.errors.hasPrefix("Error: "))
        #expect(result.errors.contains("Usage: branchynet"))
    }

    /// Where nothing stands, a path would be the folder that the program runs in, or the root.
    @Test(arguments: actions)
    func refusesAnEmptyArgument(action: [String]) throws {
        let command = try #require(try CommandDump.load().command(at: action))
        let options = (command.arguments ?? []).filter { $0.kind == "option" }
        #expect(try Program.run(action + [""]).errors.contains("is empty, expected a path"))
        for name in options.compactMap({ $0.names?.last?.text }) {
            for arguments in [[name, ""], [name + "="]] {
                let result = try Program.run(action + arguments)
                #expect(result.status == 64)
                #expect(result.output.isEmpty)
                #expect(result.errors.hasPrefix("Error: \(name) is empty, expected a path"))
            }
        }
    }

    @Test func refusesAnEmptyFileBesideOthers() throws {
        let result = try Program.run("predict", "b-lenet", "image.png", "", "image.png")
        #expect(result.status == 64)
        #expect(result.errors.hasPrefix("Error: argument 4 is empty, expected a path"))
    }

    @Test func takesAnEmptyVariableForNone() throws {
        let result = try Program.shell(
            "BRANCHYNET_DATA_DIR= BRANCHYNET_KERNELS= OMP_WAIT_POLICY= \"$0\" datasets list --json")
        #expect(result.status == 0)
        #expect(result.output.contains(#""dataFolder" : "data""#))
        let profile = try Program.shell(
            "BRANCHYNET_KERNELS= \"$0\" profile lenet --repetitions 1")
        #expect(profile.status == 0, "\(profile.errors)")
    }

    @Test(
        .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")),
        arguments: [
            "--help", "--version", "help train", "train --help", "study loss-weights -h",
            "--generate-completion-script bash", "--experimental-dump-help", "study",
            "datasets list", "datasets info mnist --json", "datasets fetch digits",
        ])
    func failsWhereItsOutputIsLost(arguments: String) throws {
        for full in ["> /dev/full", ">&-"] {
            let result = try Program.shell("\"$0\" \(arguments) \(full)")
            #expect(result.status == 73)
            #expect(result.errors.hasPrefix("Error: standard output: not written: "))
        }
    }
}

/// What `--experimental-dump-help` prints, as far as it is looked at here.
private struct CommandDump: Decodable {
    struct Argument: Decodable {
        struct Name: Decodable {
            let kind: String
            let name: String

            var text: String { (kind == "short" ? "-" : "--") + name }
        }

        let kind: String
        let abstract: String?
        let names: [Name]?
        let valueName: String?
    }

    /// All but the parser's own.
    var ownSubcommands: [CommandDump] {
        (subcommands ?? []).filter { $0.commandName != "help" }
    }

    func command(at path: [String]) -> CommandDump? {
        path.reduce(self as CommandDump?) { command, name in
            command?.subcommands?.first { $0.commandName == name }
        }
    }

    private struct Root: Decodable {
        let command: CommandDump
    }

    let commandName: String
    let abstract: String?
    let arguments: [Argument]?
    let subcommands: [CommandDump]?

    static func load() throws -> CommandDump {
        let result = try Program.run("--experimental-dump-help")
        return try JSONDecoder().decode(Root.self, from: Data(result.output.utf8)).command
    }
}

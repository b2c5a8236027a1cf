import Foundation
import Testing

struct ProgramTests {
    static let subcommands = [
        "demo", "train", "calibrate", "evaluate", "predict", "inspect", "bench", "profile",
    ]

    @Test func tellsItsVersion() throws {
        let result = try Program.run("--version")
        #expect(result.status == 0)
        #expect(result.output.hasPrefix("branchynet 0.1.0"))
    }

    @Test func listsItsSubcommandsAndExitCodes() throws {
        let result = try Program.run("--help")
        #expect(result.status == 0)
        let words = Set(result.output.split { !$0.isLetter && !$0.isNumber }.map(String.init))
        #expect(words.isSuperset(of: Self.subcommands + ["0", "1", "2", "64", "65", "73", "130"]))
    }

    @Test(arguments: subcommands)
    func helpListsEveryOption(subcommand: String) throws {
        let options =
            try #require(
                try CommandDump.load().subcommands?.first {
                    $0.commandName == subcommand
                }
            ).arguments ?? []
        let help = try Program.run(subcommand, "--help")
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
        // The parser's own command.
        let commands = [dump] + (dump.subcommands ?? []).filter { $0.commandName != "help" }
        #expect(commands.dropFirst().map(\.commandName) == Self.subcommands)
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
        for word in Self.subcommands + ["checkpoint-interval"] {
            #expect(result.output.contains(word), "\(word)")
        }
    }

    @Test(arguments: [
        ["fly"], ["--fly"], ["train"], ["train", "lenet"], ["predict", "model"], ["inspect"],
        ["train", "lenet", "-o", "run", "--fly"], ["evaluate", "model", "--limit", "many"],
        ["evaluate", "model", "--limit=-1"], ["predict", "model", "images", "--limit=-1"],
        ["evaluate", "model", "--split", "train"],
        ["predict", "model", "images", "--threshold", "x"],
    ])
    func refusesWrongUse(arguments: [String]) throws {
        let result = try Program.run(arguments)
        #expect(result.status == 64)
        #expect(result.output.isEmpty)
        #expect(result.errors.hasPrefix("Error: "))
        #expect(result.errors.contains("Usage: branchynet"))
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

        let abstract: String?
        let names: [Name]?
        let valueName: String?
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

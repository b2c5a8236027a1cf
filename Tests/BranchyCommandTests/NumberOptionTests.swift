import Foundation
import Testing

/// What every option that takes a number says about numbers that it cannot use.
///
/// Commands are given a model that is not there, so that a number that is accepted ends in another
/// error.
struct NumberOptionTests {
    static let values = [
        "0", "-1", "1e9", "9223372036854775807", "9223372036854775808", "nan", "inf", "", "0x10",
        "1", "1.5", "-inf", "ten",
    ]

    private static let whole0 = "a whole number from 0 to 9223372036854775807"
    private static let whole1 = "a whole number from 1 to 9223372036854775807"
    private static let exits = "a whole number from 1 to 10000"
    private static let share = "a share from 0 to 1, such as 0.99 or 99%"
    private static let time = "a time above 0, such as 20us, 0.5ms or 1s"
    private static let thresholds = "numbers of 0 or more, or inf, such as 0.3 or 0.2,inf"
    private static let size = "a size from 1M to 1048576T, such as 512M or 8G"

    typealias Case = (command: [String], option: String, expected: String, accepted: [String])

    /// A command, an option of it, what it expects, and which of the values it accepts.
    static let options: [Case] =
        [
            (["predict", "none", "file"], "--limit", whole0, ["0", "1", "9223372036854775807"]),
            (["predict", "none", "file"], "--top", whole1, ["1", "9223372036854775807"]),
            (["predict", "none", "file"], "--exit", exits, ["1"]),
            (["predict", "none", "file"], "--patience", exits, ["1"]),
            (
                ["predict", "none", "file"], "--threshold", thresholds,
                ["0", "1", "1.5", "1e9", "9223372036854775807", "9223372036854775808", "inf"]
            ),
            (["predict", "none", "file"], "--deadline", time, []),
            (
                ["predict", "none", "file"], "--reject-below", "a number from 0 to 1", ["0", "1"]
            ),
            (
                ["predict", "none", "file"], "--memory-limit", size,
                ["1e9"]
            ),
            (["evaluate", "none"], "--limit", whole0, ["0", "1", "9223372036854775807"]),
            (["evaluate", "none"], "--latency-images", whole0, ["0", "1", "9223372036854775807"]),
            (["evaluate", "none"], "--exit", exits, ["1"]),
            (["evaluate", "none"], "--reject-below", "a number from 0 to 1", ["0", "1"]),
            (
                ["report", "none", "--plot"], "--latency-images", whole0,
                ["0", "1", "9223372036854775807"]
            ),
            (["calibrate", "none"], "--accuracy", share, ["0", "1"]),
            (["calibrate", "none"], "--latency", time, []),
            (["calibrate", "none"], "--exit-rate", share, ["0", "1"]),
            (["calibrate", "none", "--certify"], "--max-loss", share, []),
            (
                ["calibrate", "none", "--certify", "--max-loss", "0.5%"], "--confidence", share, []
            ),
            (
                ["calibrate", "none", "--certify", "--max-loss", "0.5%"], "--split-seed",
                "a whole number from 0 to 18446744073709551615",
                ["0", "1", "9223372036854775807", "9223372036854775808"]
            ),
            (["bench", "none"], "--threads", "a whole number from 1 to 1024", ["1"]),
            (["bench", "none"], "--batch", "a whole number from 1 to 1048576", ["1"]),
            (["bench", "none"], "--calls", "a whole number from 1 to 10000000", ["1"]),
            (["bench", "none"], "--exit", exits, ["1"]),
            (["bench", "none"], "--at-most", time, []),
            (["profile", "none"], "--repetitions", "a whole number from 1 to 10000000", ["1"]),
            (["train", "none", "-o", "none"], "--threads", "a whole number from 1 to 1024", ["1"]),
            (
                ["train", "none", "-o", "none"], "--checkpoint-interval",
                "a number from 0 to 1000000000", ["0", "1", "1.5", "1e9"]
            ),
            (
                ["train", "none", "-o", "none"], "--epochs",
                "a whole number from 1 to 100000, with a plus sign to add to a finished run", ["1"]
            ),
            (["demo"], "--epochs", "a whole number from 1 to 1000", ["1"]),
            (
                ["study", "loss-weights", "none"], "--epochs", "a whole number from 1 to 100000",
                ["1"]
            ),
            (
                ["study", "loss-weights", "none"], "--weights",
                "numbers of 0 or more, not all of them 0, such as 1,0.3",
                ["1", "1.5", "1e9", "9223372036854775807", "9223372036854775808"]
            ),
            (["datasets", "bench", "none"], "--batch", "a whole number from 1 to 1048576", ["1"]),
            (["datasets", "bench", "none"], "--epochs", "a whole number from 1 to 1000", ["1"]),
        ]

    /// One option of each range is given all values, the others, which are read by the same code, a
    /// few: each is a program that is started.
    private static func values(for index: Int) -> [String] {
        let range = options[index].expected
        let isFirst = options.firstIndex { $0.expected == range } == index
        return isFirst ? values : ["-1", "ten", "", "1"]
    }

    @Test(arguments: options.indices)
    func namesOptionValueAndRange(index: Int) throws {
        let (command, option, expected, accepted) = Self.options[index]
        for value in Self.values(for: index) {
            // Shares that can be none of a guarantee's are refused once all is read, in other words;
            // and a demo with a number that it accepts would begin.
            let isJudgedLater =
                (["--max-loss", "--confidence"].contains(option) && ["0", "1"].contains(value))
                || command == ["demo"] && value == "1"
            guard !isJudgedLater else { continue }
            let result = try Program.run(command + [option, value])
            #expect(result.output.isEmpty)
            if value.isEmpty {
                #expect(result.status == 64)
                #expect(result.errors.hasPrefix("Error: \(option) is empty, expected a"))
            } else if accepted.contains(value) {
                #expect(result.status == 65, "\(option) \(value): \(result.errors)")
            } else {
                #expect(result.status == 64, "\(option) \(value): \(result.errors)")
                #expect(
                    result.errors.hasPrefix(
                        "Error: The value '\(value)' is invalid for '\(option) <"),
                    "\(result.errors)")
                #expect(result.errors.contains("': expected \(expected)\n"), "\(result.errors)")
            }
        }
    }

    @Test func numbersBesideTheRangeOfASharedOptionAreNamedToo() throws {
        for (arguments, message) in [
            (["--max-loss", "0"], "--max-loss is 0.0, expected between 0 and 1"),
            (["--max-loss", "1"], "--max-loss is 1.0, expected between 0 and 1"),
            (
                ["--max-loss", "0.1", "--confidence", "0"],
                "--confidence is 0.0, expected 0.5 or more"
            ),
            (
                ["--max-loss", "0.1", "--confidence", "1"],
                "--confidence is 1.0, expected 0.5 or more"
            ),
        ] {
            let result = try Program.run(["calibrate", "none", "--certify"] + arguments)
            #expect(result.status == 64)
            #expect(result.errors.contains(message), "\(result.errors)")
        }
    }

    /// A flag takes no value, and what stands behind two dashes is no option.
    @Test func otherWordsThatBeginWithADashStayWhatTheyAre() throws {
        let flag = try Program.run("predict", "none", "file", "--json", "-1")
        #expect(flag.status == 64)
        #expect(flag.errors.contains("--json"), "\(flag.errors)")
        let file = try Program.run("predict", "none", "--limit", "1", "--", "-1")
        #expect(file.status == 65, "\(file.errors)")
        let missing = try Program.run("predict", "none", "file", "--limit", "--json")
        #expect(missing.status == 64)
        #expect(missing.errors.contains("Missing value for '--limit <n>'"), "\(missing.errors)")
    }
}

import BranchyNet
import Foundation
import Testing

struct ShellWordTests {
    @Test(arguments: [
        ("runs/lenet", "runs/lenet"), ("a-b_c.d/e:f,g=h+i%j@k0", "a-b_c.d/e:f,g=h+i%j@k0"),
        ("Prüfung/图", "Prüfung/图"), ("", "''"), ("my runs", "'my runs'"), ("$HOME", "'$HOME'"),
        ("it's", #"'it'\''s'"#), ("'", #"''\'''"#), ("a\"b", "'a\"b'"), ("~", "'~'"),
        ("a\\b", #"'a\b'"#), ("a;b", "'a;b'"), ("a\nb", "'a\nb'"), ("#1", "'#1'"), ("*", "'*'"),
    ])
    func quotesWhatAShellWouldTakeForMore(text: String, word: String) {
        #expect(text.shellWord == word)
    }

    /// Whatever the word, a shell gives back the text.
    @Test func aShellReadsItBack() throws {
        for text in [
            "a b", "$(x)`y`", "it's \"so\"", "~/a", "!!", "a\\", "&|<>()[]{}?*#;", "-", "é",
        ] {
            let process = Process()
            let output = Pipe()
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", "printf %s " + text.shellWord]
            process.standardOutput = output
            try process.run()
            let read = output.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            #expect(String(decoding: read, as: UTF8.self) == text)
        }
    }
}

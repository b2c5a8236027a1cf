import BranchyCommand
import Foundation
import Testing

struct TerminalTextTests {
    @Test(arguments: [
        "", "class 7", "naïve café", "日本語", "µs ◀ → ⣿ █", "👩‍👩‍👧", "می‌خواهم", "a\u{301}",
    ])
    func leavesWhatCanBeSeen(text: String) {
        #expect(text.escapedForTerminal == text)
        #expect(text.onOneLine == text)
    }

    @Test(arguments: [
        ("\u{1B}[31mred", #"\u001b[31mred"#), ("\u{9B}2J", #"\u009b2J"#), ("a\u{7F}", #"a\u007f"#),
        ("a\rb", #"a\u000db"#), ("a\tb", #"a\u0009b"#), ("\0", #"\u0000"#),
        ("\u{202E}gnp.exe", #"\u202egnp.exe"#), ("\u{2066}a\u{2069}", #"\u2066a\u2069"#),
        ("a\u{200B}\u{FEFF}\u{AD}", #"a\u200b\ufeff\u00ad"#), ("a\u{2028}b", #"a\u2028b"#),
        ("\u{E0041}", #"\udb40\udc41"#), ("é\u{1B}", #"é\u001b"#),
    ])
    func escapesWhatATerminalWouldObey(text: String, escaped: String) {
        #expect(text.escapedForTerminal == escaped)
        #expect(text.onOneLine == escaped)
    }

    @Test(arguments: [
        ("", 0), ("class 7", 7), ("naïve", 5), ("a\u{301}", 1), ("µs → █", 6), ("日本語", 6),
        ("ki (き)", 7), ("ｷ", 1), ("한", 2), ("👩‍👩‍👧", 2), ("ﾊ！", 3),
    ])
    func countsColumns(text: String, width: Int) {
        #expect(text.terminalWidth == width)
    }

    @Test func linesAreKeptOrEscaped() {
        #expect("a\nb\r\nc".escapedForTerminal == "a\nb\\u000d\nc")
        #expect("a\nb".onOneLine == #"a\u000ab"#)
    }

    /// What is escaped is what JSON leaves as it is, and only within its texts.
    @Test func jsonStaysWhatItIs() throws {
        let text =
            String(String.UnicodeScalarView((0...0x3000).compactMap(UnicodeScalar.init)))
            + "\u{E0041}\u{110BD}"
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted]
        let json = String(decoding: try encoder.encode([text: [text]]), as: UTF8.self)
        let printed = json.escapedForTerminal
        #expect(!printed.unicodeScalars.contains { $0 == "\u{9B}" || $0 == "\u{202E}" })
        let read = try JSONDecoder().decode([String: [String]].self, from: Data(printed.utf8))
        #expect(read == [text: [text]])
    }
}

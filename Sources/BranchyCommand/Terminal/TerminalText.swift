extension String {
    /// This text as a terminal may be given it: whatever a terminal or a reader could be deceived by
    /// is written as `\u001b`, the way JSON writes it, so that JSON stays what it is. Line feeds
    /// stay; see ``onOneLine``.
    ///
    /// Names of files, classes and networks are their maker's choice. Printed as they are, they
    /// could move the cursor, recolour or retitle the terminal, or turn the order of letters around.
    package var escapedForTerminal: String { escaped { $0 != "\n" } }

    /// This text as a cell of a table or a message may hold it: with its line feeds escaped too.
    package var onOneLine: String { escaped { _ in true } }

    private func escaped(where applies: (Unicode.Scalar) -> Bool) -> String {
        // Almost every text is plain, and answers are printed by the thousand.
        guard !utf8.allSatisfy({ 0x20..<0x7F ~= $0 }) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            guard scalar.isDeceptive, applies(scalar) else {
                text.unicodeScalars.append(scalar)
                continue
            }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return text
    }
}

extension Unicode.Scalar {
    /// Whether it is none to be seen: a control character, a break of lines, or a format character
    /// such as those that turn the direction of writing. The joiners, which words and emoji are made
    /// with, are no such.
    fileprivate var isDeceptive: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        case .format: self != "\u{200C}" && self != "\u{200D}"
        default: false
        }
    }
}

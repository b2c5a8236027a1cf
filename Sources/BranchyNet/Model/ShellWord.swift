extension String {
    /// This text as one word of a command that is to be typed into a shell (POSIX): as it is where
    /// nothing in it means anything there, else in single quotes.
    ///
    /// Every command that is printed takes its paths and names through this.
    package var shellWord: String {
        guard isEmpty || !utf8.allSatisfy(Self.isPlain) else { return self }
        // A quote ends what is quoted, stands escaped by itself, and the rest begins anew.
        return "'" + replacing("'", with: #"'\''"#) + "'"
    }

    /// Letters, digits and what never means anything; of other scripts every letter, whose bytes are
    /// none of ASCII. A tilde would be a home, a number sign a remark.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...:
            true
        default: "-_./:,=+%@".utf8.contains(byte)
        }
    }
}

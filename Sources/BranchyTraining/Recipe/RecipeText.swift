/// The text of a recipe before it is parsed, as far as it decides how much parsing takes.
///
/// Yams puts what an alias stands for in its place before it returns anything, so a few hundred
/// bytes can become more nodes than fit memory: aliases of aliases of aliases. A recipe has no use
/// for them, and without them there are fewer nodes than bytes. How deep nodes lie in one another
/// is bounded by Yams, which refuses more than a thousand levels.
struct RecipeText {
    /// Far above any recipe: the longest that is shipped has 700 bytes.
    static let byteLimit = 1 << 16

    private let bytes: [UInt8]

    init(_ text: String) {
        bytes = Array(text.utf8.prefix(Self.byteLimit + 1))
    }

    /// Refuses what would take more than its size says.
    ///
    /// - Throws: ``TrainingError/Code/invalidRecipe``.
    func check(_ source: String) throws(TrainingError) {
        guard bytes.count <= Self.byteLimit else {
            throw TrainingError(
                .invalidRecipe,
                "\(source): more than \(Self.byteLimit) bytes, which no recipe needs")
        }
        if let line = lineOfAlias {
            throw TrainingError(
                .invalidRecipe,
                "\(source):\(line): an alias (*); a recipe may have none: write what it stands for")
        }
    }

    /// The line of the first place that may be an alias, counted from 1: a star where a word can
    /// begin. A star in a comment is none.
    private var lineOfAlias: Int? {
        var (line, hasQuotes, isComment, last) = (1, false, false, UInt8(ascii: "\n"))
        for byte in bytes {
            defer { last = byte }
            if byte == UInt8(ascii: "\n") { line += 1 }
            if isComment {
                isComment = !Self.endsLine(byte)
                continue
            }
            switch byte {
            // Within quotes it begins no comment; where quotes end is left to the parser.
            case UInt8(ascii: "#"): isComment = !hasQuotes && Self.isSpace(last)
            case UInt8(ascii: "'"), UInt8(ascii: "\""): hasQuotes = true
            case UInt8(ascii: "*") where Self.precedesWord(last): return line
            default: break
            }
        }
        return nil
    }

    /// Line breaks, and the last bytes of those that are not ASCII.
    private static func endsLine(_ byte: UInt8) -> Bool {
        [0x0A, 0x0D, 0x85, 0xA8, 0xA9].contains(byte)
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        [UInt8(ascii: " "), UInt8(ascii: "\t"), 0x0A, 0x0D].contains(byte)
    }

    private static func precedesWord(_ byte: UInt8) -> Bool {
        isSpace(byte) || byte >= 0x80 || "[{,:\"'-?".utf8.contains(byte)
    }
}

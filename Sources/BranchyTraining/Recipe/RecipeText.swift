/// The text of a recipe before it is parsed, as far as it decides how much parsing takes.
///
/// Yams puts what an alias stands for in its place before it returns anything, so a few hundred
/// bytes can become more nodes than fit memory: aliases of aliases of aliases. What an alias stands
/// for is written before it, so each can at most double the text so far, and n of them make it at
/// most 2ⁿ times as long: that is bounded here. How deep nodes lie in one another is bounded by
/// Yams, which refuses more than a thousand levels.
enum RecipeText {
    /// Far above any recipe: the longest that is shipped has 700 bytes.
    static let byteLimit = 1 << 16

    /// So long may a text become that has aliases: eight of them in the longest recipe.
    static let expandedByteLimit = 1 << 18

    /// Refuses what would take more than its size says.
    ///
    /// - Throws: ``TrainingError/Code/invalidRecipe``.
    static func check(_ text: String, _ source: String) throws(TrainingError) {
        let bytes = text.utf8.count
        guard bytes <= byteLimit else {
            throw TrainingError(
                .invalidRecipe, "\(source): more than \(byteLimit) bytes, which no recipe needs")
        }
        let aliases = zip(text.utf8, text.utf8.dropFirst()).count(where: mayBeAlias)
        guard aliases == 0 || bytes <= expandedByteLimit >> aliases else {
            throw TrainingError(
                .invalidRecipe,
                "\(source): \(aliases) YAML aliases (*) in \(bytes) bytes, which could stand for "
                    + "more than \(expandedByteLimit); write out what they stand for")
        }
    }

    /// Whether a star and a byte after it can begin an alias, whose name has letters, digits, `_` and
    /// `-`. Within quotes and comments they begin none; such stars are counted too.
    private static func mayBeAlias(_ star: UInt8, _ next: UInt8) -> Bool {
        star == UInt8(ascii: "*") && next > UInt8(ascii: "*")
    }
}

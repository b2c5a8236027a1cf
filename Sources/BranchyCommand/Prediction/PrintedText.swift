/// A text in the forms in which it is printed, with whatever a terminal would obey escaped.
struct PrintedText {
    let plain: [UInt8]
    let json: [UInt8]
    /// How many characters it has.
    let width: Int

    init(_ text: String) {
        var json: [UInt8] = []
        json.append(json: text)
        self.json = Array(String(decoding: json, as: UTF8.self).escapedForTerminal.utf8)
        let plain = text.onOneLine
        (self.plain, width) = (Array(plain.utf8), plain.count)
    }
}

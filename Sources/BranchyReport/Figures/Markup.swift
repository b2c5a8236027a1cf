/// A piece of HTML or SVG.
///
/// Text and attributes are escaped as they are put in, so that no class name or path can become an
/// element.
package struct Markup: Hashable, Sendable {
    /// Elements that end where they begin.
    private static let childless: Set = [
        "meta", "img", "br", "circle", "line", "path", "polygon", "polyline", "rect",
    ]

    /// What a browser reads.
    package let source: String
    private let isText: Bool

    /// Text.
    package init(text: String) {
        source = Self.escaped(text)
        isText = true
    }

    /// An element. Children that are elements stand in lines of their own.
    package init(
        _ name: String, _ attributes: KeyValuePairs<String, String> = [:],
        _ children: [Markup] = []
    ) {
        let list = attributes.map { " \($0.key)=\"\(Self.escaped($0.value))\"" }.joined()
        let gap = children.isEmpty || children.contains(where: \.isText) ? "" : "\n"
        let content = children.map(\.source).joined(separator: gap)
        let isEmpty = children.isEmpty && Self.childless.contains(name)
        source =
            isEmpty ? "<\(name)\(list)/>" : "<\(name)\(list)>\(gap)\(content)\(gap)</\(name)>"
        isText = false
    }

    /// An element around text.
    package init(
        _ name: String, _ attributes: KeyValuePairs<String, String> = [:], text: String
    ) {
        self.init(name, attributes, [Markup(text: text)])
    }

    /// An element around a style sheet of our own, which is not escaped.
    init(style: StaticString) {
        source = "<style>\n\(style)</style>"
        isText = false
    }

    private static func escaped(_ text: String) -> String {
        text.unicodeScalars.map { scalar in
            switch scalar {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\"": "&quot;"
            case "'": "&#39;"
            // Neither HTML nor SVG can say these.
            case "\0"..."\u{8}", "\u{B}"..."\u{1F}", "\u{7F}": "\u{FFFD}"
            default: String(scalar)
            }
        }.joined()
    }
}

extension Markup: ExpressibleByStringInterpolation {
    /// Text.
    package init(stringLiteral text: String) {
        self.init(text: text)
    }
}

extension Double {
    /// A place in a drawing, to a tenth of its unit.
    var coordinate: String {
        let tenths = (self * 10).rounded()
        // What is not a number, or beyond any drawing, must not become an attribute.
        guard tenths.magnitude < 1e9 else { return "0" }
        let (whole, rest) = Int(tenths).quotientAndRemainder(dividingBy: 10)
        return rest == 0 ? "\(whole)" : "\(tenths / 10)"
    }
}

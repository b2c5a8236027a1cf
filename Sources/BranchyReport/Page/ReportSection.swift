import BranchyWorkflow

/// A part of a report's page.
protocol ReportSection: Sendable {
    /// What it is headed by.
    var title: String { get }
    /// What stands below that.
    var body: [Markup] { get }
    /// The numbers of its figures.
    var tables: [CSVTable] { get }
}

extension ReportSection {
    var tables: [CSVTable] { [] }
}

extension Markup {
    /// A table that scrolls by itself where the page is narrow. The first column is text, the
    /// others are numbers.
    static func table(_ caption: String, heading: [String], rows: [[Markup]]) -> Markup {
        let head = heading.map { Markup("th", ["scope": "col"], text: $0) }
        let body = rows.map { row in
            Markup(
                "tr", [:],
                row.enumerated().map { column, cell in
                    column == 0
                        ? Markup("th", ["scope": "row"], [cell]) : Markup("td", [:], [cell])
                })
        }
        return Markup(
            "div", ["class": "wide", "role": "region", "aria-label": caption, "tabindex": "0"],
            [
                Markup(
                    "table", [:],
                    [
                        Markup("caption", text: caption),
                        Markup("thead", [:], [Markup("tr", [:], head)]), Markup("tbody", [:], body),
                    ])
            ])
    }

    /// A paragraph.
    static func paragraph(_ text: String) -> Markup { Markup("p", text: text) }

    /// A remark beside what it is about.
    static func remark(_ text: String) -> Markup { Markup("p", ["class": "remark"], text: text) }

    /// Something that must not be overlooked.
    static func warning(_ text: String) -> Markup { Markup("p", ["class": "warning"], text: text) }

    /// A drawing with what is said below it.
    static func figure(_ drawing: Markup, caption: String) -> Markup {
        Markup("figure", [:], [drawing, Markup("figcaption", text: caption)])
    }

    /// Names and what they stand for.
    static func definitions(_ entries: [(name: String, text: String)]) -> Markup {
        Markup(
            "dl", [:],
            entries.map { entry in
                Markup(
                    "div", [:],
                    [Markup("dt", text: entry.name), Markup("dd", text: entry.text)])
            })
    }
}

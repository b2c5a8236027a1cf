import BranchyWorkflow

/// Bars cut into the shares of a whole.
package struct ShareChart: Sendable {
    /// A bar: what it is of, and its shares, which add up to 1 or, of nothing, to 0.
    package struct Row: Sendable {
        package let label: String
        package let shares: [Double]

        package init(_ label: String, _ shares: [Double]) {
            (self.label, self.shares) = (label, shares)
        }
    }

    private static let barHeight = 18.0
    private static let rowHeight = 24.0

    /// A word that no other figure of the page has.
    package let name: String
    /// What it is.
    package let title: String
    /// What is to be seen, for those who do not see it.
    package let description: String
    /// What the shares are, in the order of each row's.
    package let parts: [String]
    package let rows: [Row]

    package init(
        name: String, title: String, description: String, parts: [String], rows: [Row]
    ) {
        (self.name, self.title, self.description) = (name, title, description)
        (self.parts, self.rows) = (parts, rows)
    }

    /// The chart as SVG, in the colours of the page's style.
    package func svg() -> Markup {
        let (legend, top) = legend()
        let labelWidth = min(rows.map { TextBox.width(of: $0.label) }.max() ?? 0, 130)
        let bars = rows.enumerated().map { index, row in
            bar(row, left: labelWidth + 8, top: top + Double(index) * Self.rowHeight)
        }
        return .figure(
            name: name, title: title, description: description,
            size: (PlotLayout.width, top + Double(rows.count) * Self.rowHeight),
            [Markup("g", ["class": "legend"], legend)] + bars)
    }

    private func legend() -> (entries: [Markup], height: Double) {
        var (left, row) = (0.0, 0)
        var entries: [Markup] = []
        for (index, part) in parts.enumerated() {
            let width = 34 + TextBox.width(of: part)
            if left > 0 && left + width > PlotLayout.width { (left, row) = (0, row + 1) }
            let baseline = PlotLayout.baseline(ofRow: row)
            entries += [
                Self.rectangle(.ofExit(index), left: left, top: baseline - 10, size: (14, 12)),
                .text(part, x: left + 20, y: baseline),
            ]
            left += width
        }
        return (entries, PlotLayout.baseline(ofRow: row) + 14)
    }

    private func bar(_ row: Row, left: Double, top: Double) -> Markup {
        let label = Markup(
            "text",
            [
                "class": "label", "x": (left - 8).coordinate, "y": (top + 13).coordinate,
                "text-anchor": "end",
            ],
            Markup.note(row.label)
                + [Markup(text: TextBox.fitting(row.label, width: 130))])
        var start = left
        let pieces = row.shares.enumerated().flatMap { index, share -> [Markup] in
            let width = share * (PlotLayout.width - left)
            defer { start += width }
            return share > 0 ? piece(index, share, left: start, top: top, width: width) : []
        }
        return Markup("g", [:], [label] + pieces)
    }

    private func piece(
        _ index: Int, _ share: Double, left: Double, top: Double, width: Double
    ) -> [Markup] {
        let text = Format.fixed(share * 100, digits: 1) + " %"
        let box = Self.rectangle(
            .ofExit(index), left: left, top: top, size: (max(width - 1, 0.5), Self.barHeight),
            note: "\(parts[index]): \(Format.percent(share))")
        guard width > TextBox.width(of: text) + 6 else { return [box] }
        return [
            box,
            .text(text, x: left + width / 2, y: top + 13, anchor: "middle", class: "on-bar"),
        ]
    }

    private static func rectangle(
        _ ink: Ink, left: Double, top: Double, size: (width: Double, height: Double),
        note: String? = nil
    ) -> Markup {
        Markup(
            "rect",
            [
                "class": "share \(ink)", "x": left.coordinate, "y": top.coordinate,
                "width": size.width.coordinate, "height": size.height.coordinate,
            ], Markup.note(note))
    }
}

import BranchyReport
import Testing

/// Figures are compared with files that somebody has looked at.
struct FigureTests {
    private let curve = Plot(
        name: "curve", title: "Accuracy <& time>", description: "Up and to the right.",
        x: Axis("mean time (µs)", 0...25), y: Axis("accuracy (%)", 98.8...99.4),
        marks: [
            Mark(
                "calibration", .gray,
                .dashedLine([.init(5, 98.9), .init(8, 99.2), .init(22, 99.3)])),
            Mark("test", .blue, .line([.init(5, 99), .init(7, 99.1), .init(22, 99.25)])),
            Mark(
                "one exit", .gray,
                .points(
                    [
                        .init(5, 99, label: "exit 1"), .init(5.2, 99.01, label: "exit 2"),
                        .init(22, 99.25, label: "last exit"), .init(.nan, 99),
                    ], .square)),
            Mark("plain", .purple, .points([.init(21, 99.2, note: "plain: 21 µs")], .diamond)),
            Mark("knee", .orange, .points([.init(7, 99.1)], .star)),
            Mark("in force", .green, .points([.init(8, 99.12)], .ring)),
        ])

    @Test func aPlotIsDrawnAsItWas() throws {
        try expectGolden(curve.svg().source + "\n", "curve.svg")
    }

    @Test func barsAndRulesAreDrawnAsTheyWere() throws {
        let plot = Plot(
            name: "bars", title: "Bars", description: "Three of them.",
            x: Axis("probability", 0...1), y: Axis("right", 0...1),
            marks: [
                Mark(
                    nil, .green,
                    .bars([.init(0...0.25, 0.2), .init(0.75...1, 0.9, note: "9 of 10")])),
                Mark("threshold", .orange, .rule(0.6)),
                Mark(nil, .gray, .dashedLine([.init(0, 0), .init(1, 1), .init(2, 2)])),
            ])
        try expectGolden(plot.svg().source + "\n", "bars.svg")
    }

    @Test func sharesAreDrawnAsTheyWere() throws {
        let chart = ShareChart(
            name: "shares", title: "Shares", description: "Where images leave.",
            parts: ["exit 1, branch1", "exit 2, branch2", "final exit"],
            rows: [
                .init("all", [0.75, 0.2, 0.05]), .init("<b>", [1, 0, 0]),
                .init("a class with a very long name", [0, 0, 0]),
            ])
        try expectGolden(chart.svg().source + "\n", "shares.svg")
    }

    @Test(arguments: [
        (TerminalPlot.Style.braille, "curve-braille.txt"), (.plain, "curve-plain.txt"),
    ])
    func aTerminalShowsTheSame(style: TerminalPlot.Style, name: String) throws {
        try expectGolden(TerminalPlot(curve, style: style, columns: 50, rows: 12).text, name)
    }

    @Test func plainDrawingsAreASCII() {
        let text = TerminalPlot(curve, style: .plain).text
        // The unit is not.
        #expect(text.replacing("µ", with: "u").utf8.allSatisfy { $0 < 0x80 })
    }

    @Test func nothingToShowIsAFigureToo() {
        let empty = Plot(
            name: "empty", title: "", description: "", x: Axis("x", showing: []),
            y: Axis("y", showing: []), marks: [])
        #expect(empty.svg().source.hasPrefix("<svg"))
        #expect(TerminalPlot(empty, style: .plain).text.hasPrefix("y\n"))
    }
}

struct CSVTableTests {
    @Test func quotesWhatWouldBreakARow() {
        let table = CSVTable(
            "t", heading: ["name", "number"],
            rows: [["a,b", CSVTable.field(0.5)], ["say \"c\"\r\n", CSVTable.field(nil)]])
        #expect(table.text == "name,number\n\"a,b\",0.5\n\"say \"\"c\"\"\r\n\",\n")
    }

    @Test func doublesAQuoteThatCarriesAnAccent() {
        let table = CSVTable("t", heading: ["\"\u{301}"], rows: [])
        #expect(Array(table.text.utf8) == Array("\"\"\"\u{301}\"\n".utf8))
    }
}

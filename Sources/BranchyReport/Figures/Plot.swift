import BranchyWorkflow

/// Data over two axes.
package struct Plot: Sendable {
    /// A word that no other figure of the page has.
    package let name: String
    /// What it is.
    package let title: String
    /// What is to be seen, for those who do not see it.
    package let description: String
    package let x: Axis
    package let y: Axis
    /// In the order in which they are drawn.
    package let marks: [Mark]

    package init(
        name: String, title: String, description: String, x: Axis, y: Axis, marks: [Mark]
    ) {
        (self.name, self.title, self.description) = (name, title, description)
        (self.x, self.y, self.marks) = (x, y, marks)
    }

    /// Whether a place is on both axes.
    func shows(_ point: Mark.Point) -> Bool {
        // Single precision may put an end a little beyond itself.
        let ends = -1e-6...1 + 1e-6
        return ends.contains(x.place(of: point.x)) && ends.contains(y.place(of: point.y))
    }
}

/// Where the parts of a plot stand in its drawing, which is as wide as a phone, so that its letters
/// stay readable there.
struct PlotLayout {
    static let width = 420.0
    private static let areaHeight = 200.0
    private static let rowHeight = 18.0

    let plot: Plot
    let xTicks: [Axis.Tick]
    let yTicks: [Axis.Tick]
    /// The entries of the legend, each with its left end and its row.
    let legend: [(mark: Mark, left: Double, row: Int)]
    let left: Double
    let right: Double
    let top: Double

    init(_ plot: Plot) {
        self.plot = plot
        yTicks = plot.y.ticks(along: Self.areaHeight) { _ in 26 }
        left = (yTicks.map { TextBox.width(of: $0.label) }.max() ?? 0) + 10
        right = Self.width - 16
        xTicks = plot.x.ticks(along: right - left) { TextBox.width(of: $0) + 12 }
        legend = Self.legend(plot.marks.filter { $0.name != nil })
        let rows = (legend.last?.row ?? -1) + 1
        top = Double(rows) * Self.rowHeight + (rows > 0 ? 4 : 0) + 28
    }

    var bottom: Double { top + Self.areaHeight }
    var height: Double { bottom + 42 }

    /// The height of the letters' baseline in a row of the legend.
    static func baseline(ofRow row: Int) -> Double { 14 + Double(row) * rowHeight }

    func place(_ point: Mark.Point) -> (x: Double, y: Double) { (x(point.x), y(point.y)) }

    func x(_ value: Double) -> Double { left + plot.x.place(of: value) * (right - left) }

    func y(_ value: Double) -> Double { bottom - plot.y.place(of: value) * (bottom - top) }

    private static func legend(_ marks: [Mark]) -> [(mark: Mark, left: Double, row: Int)] {
        var (left, row) = (0.0, 0)
        return marks.map { mark in
            let width = 40 + TextBox.width(of: mark.name ?? "")
            if left > 0 && left + width > Self.width { (left, row) = (0, row + 1) }
            defer { left += width }
            return (mark, left, row)
        }
    }
}

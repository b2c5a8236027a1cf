import BranchyWorkflow

/// A figure in a file of its own, which a browser or a page shows.
package struct FigureFile: Sendable {
    /// What every file begins with.
    package static let beginning =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" data-from=\"branchynet\""

    private let plot: Plot

    package init(_ plot: Plot) { self.plot = plot }

    /// What the file holds.
    package var text: String {
        let height = PlotLayout(plot).height
        let size = "width=\"\(PlotLayout.width.coordinate)\" height=\"\(height.coordinate)\""
        // By itself a picture has no page that makes dark what its colours are made for.
        let style = "style=\"background: var(--card)\""
        let parts = [Markup(style: ReportStyle.sheet), plot.svg()].map(\.source)
        return "\(Self.beginning) \(size) \(style)>\n\(parts.joined(separator: "\n"))\n</svg>\n"
    }
}

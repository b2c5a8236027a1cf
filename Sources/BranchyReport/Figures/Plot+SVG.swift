import BranchyWorkflow
import Foundation

extension Plot {
    /// The plot as SVG. Colours are those of the page's style, in light and in dark.
    package func svg() -> Markup {
        let layout = PlotLayout(self)
        return .figure(
            name: name, title: title, description: description,
            size: (PlotLayout.width, layout.height),
            [layout.legendMarkup(), layout.gridMarkup()]
                + marks.map(layout.markup) + [layout.labelMarkup()])
    }
}

extension Markup {
    /// An SVG drawing with its name and description for those who do not see it.
    static func figure(
        name: String, title: String, description: String, size: (width: Double, height: Double),
        _ children: [Markup]
    ) -> Markup {
        Markup(
            "svg",
            [
                "class": "plot",
                "viewBox": "0 0 \(size.width.coordinate) \(size.height.coordinate)",
                "role": "img", "aria-labelledby": "\(name)-title \(name)-description",
            ],
            [
                Markup("title", ["id": "\(name)-title"], text: title),
                Markup("desc", ["id": "\(name)-description"], text: description),
            ] + children)
    }

    static func text(
        _ text: String, x: Double, y: Double, anchor: String = "start", class name: String = "label"
    ) -> Markup {
        Markup(
            "text",
            [
                "class": name, "x": x.coordinate, "y": y.coordinate, "text-anchor": anchor,
            ], text: text)
    }

    static func line(
        _ name: String, from start: (x: Double, y: Double), to end: (x: Double, y: Double)
    ) -> Markup {
        Markup(
            "line",
            [
                "class": name, "x1": start.x.coordinate, "y1": start.y.coordinate,
                "x2": end.x.coordinate, "y2": end.y.coordinate,
            ])
    }

    /// What somebody is told who points at it.
    static func note(_ text: String?) -> [Markup] {
        text.map { [Markup("title", text: $0)] } ?? []
    }
}

// MARK: - Parts

extension PlotLayout {
    fileprivate func legendMarkup() -> Markup {
        let entries = legend.flatMap { mark, left, row in
            let baseline = Self.baseline(ofRow: row)
            return [
                swatch(of: mark, left: left, middle: baseline - 4),
                .text(mark.name ?? "", x: left + 26, y: baseline),
            ]
        }
        return Markup("g", ["class": "legend"], entries)
    }

    private func swatch(of mark: Mark, left: Double, middle: Double) -> Markup {
        let (start, end) = ((left, middle), (left + 20, middle))
        switch mark.shape {
        case .line: return .line("line \(mark.ink)", from: start, to: end)
        case .dashedLine: return .line("line dashed \(mark.ink)", from: start, to: end)
        case .rule: return .line("rule \(mark.ink)", from: start, to: end)
        case .points(_, let symbol):
            return symbol.markup(at: (left + 10, middle), mark.ink)
        case .bars:
            return Markup(
                "rect",
                [
                    "class": "bar \(mark.ink)", "x": left.coordinate,
                    "y": (middle - 5).coordinate, "width": "20", "height": "10",
                ])
        }
    }

    fileprivate func gridMarkup() -> Markup {
        let rows = yTicks.flatMap { tick in
            [
                Markup.line("grid", from: (left, y(tick.value)), to: (right, y(tick.value))),
                .text(tick.label, x: left - 6, y: y(tick.value) + 4, anchor: "end"),
            ]
        }
        let columns = xTicks.flatMap { tick in
            [
                Markup.line("grid", from: (x(tick.value), bottom), to: (x(tick.value), bottom + 4)),
                .text(tick.label, x: x(tick.value), y: bottom + 17, anchor: "middle"),
            ]
        }
        let titles = [
            Markup.text(plot.y.title, x: 0, y: top - 14, class: "axis"),
            .text(plot.x.title, x: right, y: bottom + 35, anchor: "end", class: "axis"),
        ]
        return Markup(
            "g", ["class": "axes"],
            rows + columns + [.line("frame", from: (left, bottom), to: (right, bottom))] + titles)
    }

    fileprivate func markup(of mark: Mark) -> Markup {
        let ink = mark.ink.rawValue
        switch mark.shape {
        case .line(let points): return line(points, "line \(ink)")
        case .dashedLine(let points): return line(points, "line dashed \(ink)")
        case .points(let points, let symbol):
            let drawn = points.filter(plot.shows).map {
                symbol.markup(at: place($0), mark.ink, note: $0.note ?? $0.label)
            }
            return Markup("g", [:], drawn)
        case .bars(let bars): return Markup("g", [:], bars.map { bar($0, ink) })
        case .rule(let value):
            return .line("rule \(ink)", from: (x(value), top), to: (x(value), bottom))
        }
    }

    private func line(_ points: [Mark.Point], _ name: String) -> Markup {
        let places = points.filter(plot.shows).map { point in
            "\(x(point.x).coordinate),\(y(point.y).coordinate)"
        }
        return Markup(
            "polyline", ["class": name, "points": places.joined(separator: " ")])
    }

    private func bar(_ bar: Mark.Bar, _ ink: String) -> Markup {
        let (low, high) = (x(bar.range.lowerBound) + 1, x(bar.range.upperBound) - 1)
        return Markup(
            "rect",
            [
                "class": "bar \(ink)", "x": low.coordinate, "y": y(bar.height).coordinate,
                "width": (high - low).coordinate, "height": (bottom - y(bar.height)).coordinate,
            ], Markup.note(bar.note))
    }

    fileprivate func labelMarkup() -> Markup {
        Markup(
            "g", ["class": "labels"],
            labels().map { .text($0.text, x: $0.box.left, y: $0.box.bottom - 3) })
    }
}

extension Mark.Symbol {
    fileprivate func markup(
        at place: (x: Double, y: Double), _ ink: Ink, note: String? = nil
    ) -> Markup {
        let name = "point \(ink)"
        guard self != .ring else {
            return Markup(
                "circle",
                [
                    "class": "ring \(ink)", "cx": place.x.coordinate, "cy": place.y.coordinate,
                    "r": "7.5",
                ],
                Markup.note(note))
        }
        let corners = corners.map { corner in
            "\((place.x + corner.x).coordinate),\((place.y + corner.y).coordinate)"
        }
        return Markup(
            "polygon", ["class": name, "points": corners.joined(separator: " ")],
            Markup.note(note))
    }

    private var corners: [(x: Double, y: Double)] {
        switch self {
        case .diamond: [(0, -6.5), (6.5, 0), (0, 6.5), (-6.5, 0)]
        case .ring: []
        case .square: [(-4.5, -4.5), (4.5, -4.5), (4.5, 4.5), (-4.5, 4.5)]
        case .star:
            (0..<10).map { corner in
                let angle = Double(corner) * .pi / 5
                let radius = corner.isMultiple(of: 2) ? 8.5 : 3.6
                return (radius * sin(angle), -radius * cos(angle))
            }
        }
    }
}

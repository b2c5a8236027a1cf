/// A plot drawn with characters.
package struct TerminalPlot {
    /// What it is drawn with.
    package enum Style: Sendable {
        /// Lines of braille dots, eight in a character.
        case braille
        /// ASCII alone, for files and for terminals that know no better.
        case plain
    }

    private let plot: Plot
    private let style: Style
    private let columns: Int
    private let rows: Int
    private var dots: [[UInt8]]
    private var symbols: [[Character?]]

    /// Draws the lines and points of a plot.
    ///
    /// - Parameters:
    ///   - columns: the characters of the area between the axes, without its labels.
    ///   - rows: the lines of that area.
    package init(_ plot: Plot, style: Style, columns: Int = 60, rows: Int = 16) {
        (self.plot, self.style) = (plot, style)
        (self.columns, self.rows) = (max(columns, 10), max(rows, 4))
        dots = Array(repeating: Array(repeating: 0, count: self.columns), count: self.rows)
        symbols = Array(repeating: Array(repeating: nil, count: self.columns), count: self.rows)
        for mark in plot.marks { draw(mark) }
    }

    /// The drawing, its legend below it.
    package var text: String {
        let ticks = plot.y.ticks(atMost: max(rows / 3, 2))
        let labels = Dictionary(
            ticks.map { (row(of: $0.value), $0.label) }, uniquingKeysWith: { first, _ in first })
        let width = ticks.map(\.label.count).max() ?? 0
        let lines = (0..<rows).map { row in
            let label = labels[row] ?? ""
            let padding = String(repeating: " ", count: width - label.count)
            let edge = style == .plain ? (label.isEmpty ? "|" : "+") : (label.isEmpty ? "│" : "┤")
            return trimmed("\(padding)\(label) \(edge)" + String(characters(inRow: row)))
        }
        return ([plot.y.title] + lines + bottom(margin: width + 1) + legend)
            .map { $0 + "\n" }.joined()
    }
}

// MARK: - Drawing

extension TerminalPlot {
    private mutating func draw(_ mark: Mark) {
        switch mark.shape {
        case .line(let points): drawLine(through: points, isDashed: false)
        case .dashedLine(let points): drawLine(through: points, isDashed: true)
        case .points(let points, let symbol):
            for point in points where plot.shows(point) {
                symbols[row(of: point.y)][column(of: point.x)] = character(of: symbol)
            }
        case .bars, .rule: break
        }
    }

    /// Sets dots on the way from each point to the next one.
    private mutating func drawLine(through points: [Mark.Point], isDashed: Bool) {
        let places = points.filter(plot.shows).map {
            (
                plot.x.place(of: $0.x) * Double(2 * columns - 1),
                (1 - plot.y.place(of: $0.y)) * Double(4 * rows - 1)
            )
        }
        for (start, end) in zip(places, places.dropFirst()) {
            let steps = max(Int(max(abs(end.0 - start.0), abs(end.1 - start.1)).rounded(.up)), 1)
            for step in 0...steps {
                let share = Double(step) / Double(steps)
                let x = Int((start.0 + (end.0 - start.0) * share).rounded())
                let y = Int((start.1 + (end.1 - start.1) * share).rounded())
                guard !isDashed || (x + y) % 4 < 2 else { continue }
                setDot(x, y)
            }
        }
    }

    private mutating func setDot(_ x: Int, _ y: Int) {
        // Unicode numbers the dots of a character down the columns, the fourth row last.
        let bits: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
        dots[y / 4][x / 2] |= bits[y % 4][x % 2]
    }

    private func column(of value: Double) -> Int {
        Int((plot.x.place(of: value) * Double(columns - 1)).rounded())
    }

    private func row(of value: Double) -> Int {
        Int(((1 - plot.y.place(of: value)) * Double(rows - 1)).rounded())
    }

    private func characters(inRow row: Int) -> [Character] {
        zip(symbols[row], dots[row]).map { symbol, dots in
            if let symbol { return symbol }
            guard dots != 0 else { return " " }
            return style == .plain ? "." : Character(UnicodeScalar(0x2800 + UInt32(dots)) ?? ".")
        }
    }

    private func character(of symbol: Mark.Symbol) -> Character {
        switch symbol {
        case .diamond: style == .plain ? "D" : "◆"
        case .ring: style == .plain ? "O" : "○"
        case .square: style == .plain ? "#" : "■"
        case .star: style == .plain ? "*" : "★"
        }
    }
}

// MARK: - Around it

extension TerminalPlot {
    /// The horizontal axis with its labels and title.
    private func bottom(margin: Int) -> [String] {
        let (corner, dash) = style == .plain ? ("+", "-") : ("└", "─")
        let space = String(repeating: " ", count: margin)
        var labels = Array(repeating: Character(" "), count: margin + columns + 10)
        var end = 0
        for tick in plot.x.ticks(along: Double(columns), extent: { Double($0.count + 2) }) {
            let start = max(margin + 1 + column(of: tick.value) - tick.label.count / 2, end)
            guard start + tick.label.count <= labels.count else { continue }
            labels.replaceSubrange(start..<start + tick.label.count, with: tick.label)
            end = start + tick.label.count + 1
        }
        let title = String(repeating: " ", count: max(columns - plot.x.title.count, 0))
        return [
            space + corner + String(repeating: dash, count: columns), trimmed(String(labels)),
            space + " " + title + plot.x.title, "",
        ]
    }

    private var legend: [String] {
        plot.marks.compactMap { mark in
            guard let name = mark.name else { return nil }
            switch mark.shape {
            case .line: return (style == .plain ? "..  " : "⠒⠒  ") + name
            case .dashedLine: return (style == .plain ? ". . " : "⠂⠂  ") + name
            case .points(_, let symbol): return "\(character(of: symbol))   \(name)"
            case .bars, .rule: return nil
            }
        }
    }

    private func trimmed(_ line: String) -> String {
        var line = line
        while line.last == " " { line.removeLast() }
        return line
    }
}

/// The room that a text takes in a drawing, by estimate: who draws does not know the font.
struct TextBox {
    var left: Double
    var right: Double
    var top: Double
    var bottom: Double

    /// Of letters of 12 units' height in a wide font.
    private static let letterWidth = 7.2

    /// The width of a text of 12 units' height.
    static func width(of text: String) -> Double { Double(text.count) * letterWidth }

    /// The start of a text that fits a width, with an ellipsis where something is missing.
    static func fitting(_ text: String, width: Double) -> String {
        let count = max(Int(width / letterWidth), 2)
        return text.count <= count ? text : text.prefix(count - 1) + "…"
    }

    /// The square around a point.
    init(around place: (x: Double, y: Double), radius: Double) {
        (left, right) = (place.x - radius, place.x + radius)
        (top, bottom) = (place.y - radius, place.y + radius)
    }

    /// The box of a label with its left end and the middle of its height at a place.
    init(_ text: String, left: Double, middle: Double) {
        (self.left, right) = (left, left + Self.width(of: text))
        (top, bottom) = (middle - 7, middle + 7)
    }

    func overlaps(_ other: TextBox) -> Bool {
        left < other.right && other.left < right && top < other.bottom && other.top < bottom
    }

    func isWithin(_ other: TextBox) -> Bool {
        left >= other.left && right <= other.right && top >= other.top && bottom <= other.bottom
    }
}

extension PlotLayout {
    /// The labels of points, each at the first side of its point where it covers nothing; those
    /// that fit nowhere are left out.
    func labels() -> [(text: String, box: TextBox)] {
        let points = plot.marks.flatMap { mark -> [Mark.Point] in
            if case .points(let points, _) = mark.shape { points.filter(plot.shows) } else { [] }
        }
        var taken = points.map { TextBox(around: place($0), radius: 6) }
        var area = TextBox(around: (0, 0), radius: 0)
        (area.left, area.right, area.top, area.bottom) = (left, right + 14, top - 6, bottom)
        return points.compactMap { point in
            guard let text = point.label else { return nil }
            let box = Self.boxes(text, beside: place(point)).first { box in
                box.isWithin(area) && !taken.contains(where: box.overlaps)
            }
            guard let box else { return nil }
            taken.append(box)
            return (text, box)
        }
    }

    private static func boxes(_ text: String, beside place: (x: Double, y: Double)) -> [TextBox] {
        let width = TextBox.width(of: text)
        return [
            TextBox(text, left: place.x + 9, middle: place.y),
            TextBox(text, left: place.x - 9 - width, middle: place.y),
            TextBox(text, left: place.x - width / 2, middle: place.y - 15),
            TextBox(text, left: place.x - width / 2, middle: place.y + 15),
        ]
    }
}

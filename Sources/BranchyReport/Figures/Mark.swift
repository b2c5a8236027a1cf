/// Something that a plot shows of data.
package struct Mark: Hashable, Sendable {
    /// A place, and what is said of it.
    package struct Point: Hashable, Sendable {
        package let x: Double
        package let y: Double
        /// Written beside it where there is room.
        package let label: String?
        /// Said when somebody points at it.
        package let note: String?

        package init(_ x: Double, _ y: Double, label: String? = nil, note: String? = nil) {
            (self.x, self.y, self.label, self.note) = (x, y, label, note)
        }
    }

    /// A bar that stands on the horizontal axis.
    package struct Bar: Hashable, Sendable {
        package let range: ClosedRange<Double>
        package let height: Double
        package let note: String?

        package init(_ range: ClosedRange<Double>, _ height: Double, note: String? = nil) {
            (self.range, self.height, self.note) = (range, height, note)
        }
    }

    package enum Shape: Hashable, Sendable {
        case line([Point])
        case dashedLine([Point])
        case points([Point], Symbol)
        case bars([Bar])
        /// A vertical line through all of the plot.
        case rule(Double)
    }

    /// What a point looks like; shapes tell points apart where colours do not.
    package enum Symbol: Hashable, Sendable {
        case diamond
        /// A circle that lets what is beneath it be seen.
        case ring
        case square
        case star
    }

    /// What the legend calls it; `nil` leaves it out.
    package let name: String?
    package let ink: Ink
    package let shape: Shape

    package init(_ name: String?, _ ink: Ink, _ shape: Shape) {
        (self.name, self.ink, self.shape) = (name, ink, shape)
    }

    /// The points of lines and of what is drawn as points.
    var points: [Point] {
        switch shape {
        case .line(let points), .dashedLine(let points), .points(let points, _): points
        case .bars, .rule: []
        }
    }
}

/// What something is drawn with; the page's style says which colour that is.
package enum Ink: String, Hashable, Sendable {
    case blue
    case green
    case orange
    case purple
    case gray

    /// The colours of exits, over again where there are more of them.
    static func ofExit(_ exit: Int) -> Ink {
        let inks: [Ink] = [.blue, .green, .orange, .purple]
        return inks[exit % inks.count]
    }
}

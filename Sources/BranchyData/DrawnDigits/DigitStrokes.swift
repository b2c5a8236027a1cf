import RealModule

/// A place on the paper: the digit's box is 0 ... 1 in both directions, y downwards.
struct PenPoint {
    var x: Double
    var y: Double
}

/// How people write each digit, as strokes of straight pieces.
enum DigitStrokes {
    /// The ways of writing a digit; each is a list of strokes.
    static func variants(of digit: Int) -> [[[PenPoint]]] {
        switch digit {
        case 0: [[arc(0.5, 0.5, 0.34, 0.5, -90, 270)], [arc(0.5, 0.5, 0.26, 0.5, -60, 300)]]
        case 1:
            [
                [line(0.5, 0, 0.5, 1)], [line(0.3, 0.22, 0.52, 0, 0.52, 1)],
                [line(0.28, 0.22, 0.5, 0, 0.5, 1), line(0.25, 1, 0.75, 1)],
            ]
        case 2:
            [
                [arc(0.5, 0.28, 0.32, 0.28, -170, 35) + line(0.16, 1, 0.86, 1)],
                [
                    arc(0.48, 0.27, 0.3, 0.27, -160, 50) + arc(0.27, 0.88, 0.12, 0.1, 60, 330)
                        + line(0.45, 0.92, 0.88, 0.97)
                ],
            ]
        case 3:
            [
                [arc(0.45, 0.26, 0.32, 0.26, -150, 90) + arc(0.45, 0.75, 0.36, 0.25, -90, 150)],
                [line(0.15, 0, 0.8, 0, 0.42, 0.42) + arc(0.45, 0.7, 0.36, 0.3, -90, 140)],
            ]
        case 4:
            [
                [line(0.62, 0, 0.1, 0.66, 0.92, 0.66), line(0.66, 0.3, 0.66, 1)],
                [line(0.2, 0, 0.15, 0.52, 0.85, 0.52), line(0.78, 0, 0.72, 1)],
            ]
        case 5:
            [
                [line(0.82, 0, 0.26, 0, 0.22, 0.42) + arc(0.46, 0.68, 0.36, 0.32, -110, 140)],
                [
                    line(0.24, 0.02, 0.2, 0.45) + arc(0.45, 0.7, 0.34, 0.3, -120, 150),
                    line(0.24, 0.02, 0.86, 0),
                ],
            ]
        case 6:
            [
                [arc(0.8, 0.62, 0.66, 0.62, -90, -180) + arc(0.48, 0.7, 0.34, 0.3, -180, 180)],
                [line(0.66, 0, 0.24, 0.55) + arc(0.5, 0.72, 0.3, 0.28, -160, 200)],
            ]
        case 7:
            [
                [line(0.12, 0, 0.86, 0, 0.4, 1)],
                [
                    line(0.12, 0.04, 0.86, 0, 0.36, 1),
                    line(0.3, 0.5, 0.78, 0.48),
                ],
            ]
        case 8:
            [
                [arc(0.5, 0.25, 0.28, 0.25, 90, 450), arc(0.5, 0.75, 0.34, 0.25, -90, 270)],
                [
                    arc(0.52, 0.26, 0.26, 0.26, 60, -200) + arc(0.47, 0.75, 0.32, 0.25, -60, 250)
                        + line(0.68, 0.42)
                ],
            ]
        default:
            [
                [arc(0.5, 0.3, 0.32, 0.3, 0, 360) + line(0.82, 0.3, 0.72, 1)],
                [arc(0.48, 0.28, 0.3, 0.28, -20, 340) + arc(0.3, 0.5, 0.5, 0.5, 0, 80)],
            ]
        }
    }

    /// Straight pieces through points, given as x and y in turn.
    private static func line(_ coordinates: Double...) -> [PenPoint] {
        stride(from: 0, to: coordinates.count, by: 2).map {
            PenPoint(x: coordinates[$0], y: coordinates[$0 + 1])
        }
    }

    /// Part of an ellipse, from one angle in degrees to another; 0 is right, 90 is down.
    private static func arc(
        _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ start: Double,
        _ end: Double
    ) -> [PenPoint] {
        let count = 2 + Int(abs(end - start) / 24)
        return (0...count).map { step in
            let degrees = start + (end - start) * Double(step) / Double(count)
            let angle = degrees * .pi / 180
            return PenPoint(x: x + width * Double.cos(angle), y: y + height * Double.sin(angle))
        }
    }
}

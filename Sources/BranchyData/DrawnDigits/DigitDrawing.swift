import RealModule

/// One drawn digit: strokes, bent and placed at random, as pixels.
struct DigitDrawing {
    private static let side = DrawnDigits.side

    /// How much ink each pixel has, 0 ... 1, row-major.
    private var ink = [Double](repeating: 0, count: side * side)
    private let bend: Bend
    private let width: Double

    /// The image, 0 for paper, 255 for ink.
    private(set) var pixels: [UInt8] = []

    init(of digit: Int, using generator: inout SplitMix64) {
        let variants = DigitStrokes.variants(of: digit)
        let strokes = variants[generator.integer(below: variants.count)]
        bend = Bend(using: &generator)
        width = generator.uniform(in: 0.7...1.75)
        for stroke in strokes {
            let points = stroke.map(bend.place)
            for (start, end) in zip(points, points.dropFirst()) { draw(from: start, to: end) }
        }
        spoil(using: &generator)
        develop(using: &generator)
    }

    /// Draws a straight piece with a soft edge.
    private mutating func draw(from start: PenPoint, to end: PenPoint) {
        let reach = width + 0.5
        let columns = Self.pixelRange(min(start.x, end.x) - reach, max(start.x, end.x) + reach)
        let rows = Self.pixelRange(min(start.y, end.y) - reach, max(start.y, end.y) + reach)
        let (dx, dy) = (end.x - start.x, end.y - start.y)
        let squaredLength = max(dx * dx + dy * dy, 1e-9)
        for row in rows {
            for column in columns {
                let (px, py) = (Double(column) - start.x, Double(row) - start.y)
                let along = min(max((px * dx + py * dy) / squaredLength, 0), 1)
                let (ex, ey) = (px - along * dx, py - along * dy)
                let distance = (ex * ex + ey * ey).squareRoot()
                let amount = min(max(reach - distance, 0), 1)
                let place = row * Self.side + column
                ink[place] = max(ink[place], amount)
            }
        }
    }

    /// The rows or columns of the paper whose middles lie between two places.
    private static func pixelRange(_ low: Double, _ high: Double) -> Range<Int> {
        let first = min(max(Int(low.rounded(.up)), 0), side)
        return first..<max(first, min(Int(high.rounded(.down)) + 1, side))
    }

    /// Covers a part of some images, and crosses others with a line.
    private mutating func spoil(using generator: inout SplitMix64) {
        let chance = generator.uniform(in: 0...1)
        if chance < 0.1 {
            let (height, breadth) = (
                3 + generator.integer(below: 5), 3 + generator.integer(below: 5)
            )
            let top = 5 + generator.integer(below: 18 - height)
            let left = 6 + generator.integer(below: 16 - breadth)
            for row in top..<top + height {
                for column in left..<left + breadth { ink[row * Self.side + column] = 0 }
            }
        } else if chance < 0.16 {
            let ends = (0..<2).map { _ in
                PenPoint(x: generator.uniform(in: 2...25), y: generator.uniform(in: 2...25))
            }
            draw(from: ends[0], to: ends[1])
        }
    }

    /// Turns ink into bytes: brightness and noise.
    private mutating func develop(using generator: inout SplitMix64) {
        let brightness = generator.uniform(in: 150...255)
        let noise = generator.uniform(in: 0...1) < 0.25 ? generator.uniform(in: 10...60) : 6
        let levels = ink.map { amount in
            // The sum of two uniform numbers is close enough to a bell.
            let grain = generator.uniform(in: -1...1) + generator.uniform(in: -1...1)
            return amount * brightness + noise * grain * 0.7
        }
        // On its own, since a processor cannot guess what lies below 0 while it waits for grains.
        pixels = levels.map { UInt8(min(max($0, 0), 255)) }
    }
}

/// How a digit's box is laid on the paper: turned, slanted, scaled, shifted and waved.
private struct Bend {
    private let matrix: (xx: Double, xy: Double, yx: Double, yy: Double)
    private let shift: PenPoint
    private let waves: [Wave]

    /// A slow displacement across the box.
    private struct Wave {
        let amplitude: PenPoint
        let frequency: PenPoint
        let phase: Double
    }

    init(using generator: inout SplitMix64) {
        let angle = generator.uniform(in: -0.22...0.22)
        let slant = generator.uniform(in: -0.12...0.4)
        let (width, height) = (generator.uniform(in: 11...18), generator.uniform(in: 16...21))
        let (cosine, sine) = (Double.cos(angle), Double.sin(angle))
        matrix = (
            cosine * width, -sine * height - slant * height * cosine,
            sine * width, cosine * height - slant * height * sine
        )
        shift = PenPoint(
            x: 13.5 + generator.uniform(in: -2...2), y: 13.5 + generator.uniform(in: -2...2))
        waves = (0..<3).map { _ in
            Wave(
                amplitude: PenPoint(
                    x: generator.uniform(in: -0.07...0.07), y: generator.uniform(in: -0.07...0.07)),
                frequency: PenPoint(
                    x: generator.uniform(in: -6...6), y: generator.uniform(in: -6...6)),
                phase: generator.uniform(in: 0...(2 * .pi)))
        }
    }

    /// Where a point of the box lies on the paper, in pixels.
    func place(_ point: PenPoint) -> PenPoint {
        var (x, y) = (point.x - 0.5, point.y - 0.5)
        for wave in waves {
            let swing = Double.sin(
                wave.frequency.x * point.x + wave.frequency.y * point.y + wave.phase)
            x += wave.amplitude.x * swing
            y += wave.amplitude.y * swing
        }
        return PenPoint(
            x: matrix.xx * x + matrix.xy * y + shift.x, y: matrix.yx * x + matrix.yy * y + shift.y)
    }
}

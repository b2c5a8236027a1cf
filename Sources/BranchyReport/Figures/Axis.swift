import BranchyWorkflow
import Foundation

/// Which numbers an axis shows, and where its ticks are.
package struct Axis: Hashable, Sendable {
    /// How numbers become places.
    package enum Scale: Sendable {
        case linear
        /// Equal ratios are equal distances; for numbers above 0.
        case logarithmic
    }

    /// A number that is written at the axis.
    package struct Tick: Hashable, Sendable {
        package let value: Double
        package let label: String
    }

    /// What the numbers are, with their unit.
    package let title: String
    /// What the axis shows.
    package let range: ClosedRange<Double>
    package let scale: Scale

    /// Shows exactly a range.
    ///
    /// - Precondition: its ends differ, and are above 0 where the scale is logarithmic.
    package init(_ title: String, _ range: ClosedRange<Double>, _ scale: Scale = .linear) {
        precondition(range.lowerBound < range.upperBound, "an axis shows a range")
        precondition(scale == .linear || range.lowerBound > 0, "a logarithm is of what is above 0")
        (self.title, self.range, self.scale) = (title, range, scale)
    }

    /// Shows some numbers, with a margin around them that does not exceed the limits. Numbers that
    /// are not finite are left out.
    package init(
        _ title: String, showing numbers: [Double],
        within limits: ClosedRange<Double> = -.infinity ... .infinity
    ) {
        let finite = numbers.filter(\.isFinite)
        let (least, most) = (finite.min() ?? 0, finite.max() ?? 1)
        let margin = most > least ? (most - least) * 0.06 : max(abs(most) * 0.05, 1e-3)
        let range = max(least - margin, limits.lowerBound)...min(most + margin, limits.upperBound)
        self.init(title, range)
    }

    /// Where a number is: 0 at the axis' beginning, 1 at its end.
    package func place(of value: Double) -> Double {
        switch scale {
        case .linear:
            (value - range.lowerBound) / (range.upperBound - range.lowerBound)
        case .logarithmic:
            log(value / range.lowerBound) / log(range.upperBound / range.lowerBound)
        }
    }
}

// MARK: - Ticks

extension Axis {
    /// As many ticks as have room: their labels are apart from each other.
    ///
    /// - Parameters:
    ///   - length: the axis' length in a drawing.
    ///   - extent: how much of the length a label takes, with the gap to the next one.
    package func ticks(along length: Double, extent: (String) -> Double) -> [Tick] {
        let choices = stride(from: 8, through: 2, by: -1).lazy.map { ticks(atMost: $0) }
        return choices.first { ticks in
            zip(ticks, ticks.dropFirst()).allSatisfy { tick, next in
                let distance = (place(of: next.value) - place(of: tick.value)) * length
                return distance >= (extent(tick.label) + extent(next.label)) / 2
            }
        } ?? Array(ticks(atMost: 2).prefix(1))
    }

    /// At most so many ticks at numbers that people can read.
    package func ticks(atMost count: Int) -> [Tick] {
        switch scale {
        case .linear: linearTicks(atMost: count)
        case .logarithmic: logarithmicTicks(atMost: count)
        }
    }

    /// At multiples of 1, 2 or 5 times a power of ten.
    private func linearTicks(atMost count: Int) -> [Tick] {
        let span = range.upperBound - range.lowerBound
        var exponent = Int(log10(span / Double(count)).rounded(.down))
        while true {
            for mantissa in [1.0, 2, 5] {
                let step = mantissa * pow(10, Double(exponent))
                let first = (range.lowerBound / step - 1e-9).rounded(.up)
                let last = (range.upperBound / step + 1e-9).rounded(.down)
                guard last - first < Double(count) else { continue }
                return (0...max(Int(last - first), 0)).map { index in
                    let value = (first + Double(index)) * step
                    return Tick(
                        value: value, label: Format.fixed(value, digits: max(0, -exponent)))
                }
            }
            exponent += 1
        }
    }

    /// At powers of ten; over a short range also at twice and five times these.
    private func logarithmicTicks(atMost count: Int) -> [Tick] {
        let exponents =
            Int(log10(range.lowerBound).rounded(.down))...Int(log10(range.upperBound).rounded(.up))
        let mantissas: [Double] = exponents.count > 3 ? [1] : [1, 2, 5]
        let all = exponents.flatMap { exponent in
            mantissas.map { mantissa in
                Tick(
                    value: mantissa * pow(10, Double(exponent)),
                    label: Self.label(mantissa, exponent))
            }
        }.filter { (-1e-9...1 + 1e-9).contains(place(of: $0.value)) }
        let every = max(1, (all.count + count - 1) / count)
        return all.enumerated().filter { $0.offset % every == 0 }.map(\.element)
    }

    private static func label(_ mantissa: Double, _ exponent: Int) -> String {
        guard (-4...4).contains(exponent) else { return "\(Int(mantissa))e\(exponent)" }
        return Format.fixed(mantissa * pow(10, Double(exponent)), digits: max(0, -exponent))
    }
}

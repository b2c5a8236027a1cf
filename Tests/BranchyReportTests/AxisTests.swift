import BranchyReport
import Testing

struct AxisTests {
    private func labels(_ axis: Axis, atMost count: Int) -> [String] {
        axis.ticks(atMost: count).map(\.label)
    }

    @Test(arguments: [
        (0.0...100.0, 6, ["0", "20", "40", "60", "80", "100"]),
        (98.84...99.31, 5, ["98.9", "99.0", "99.1", "99.2", "99.3"]),
        (5.1...22.7, 4, ["10", "15", "20"]),
        (0.0...0.003, 4, ["0.000", "0.001", "0.002", "0.003"]),
        (1_000.0...9_000.0, 5, ["2,000", "4,000", "6,000", "8,000"]),
        (-2.0...2.0, 5, ["-2", "-1", "0", "1", "2"]),
    ])
    func ticksAreRoundNumbers(range: ClosedRange<Double>, count: Int, expected: [String]) {
        #expect(labels(Axis("", range), atMost: count) == expected)
    }

    @Test func logarithmicTicksArePowersOfTen() {
        let axis = Axis("", 1e-4...2.3, .logarithmic)
        #expect(labels(axis, atMost: 8) == ["0.0001", "0.001", "0.01", "0.1", "1"])
        #expect(labels(axis, atMost: 3) == ["0.0001", "0.01", "1"])
        #expect(labels(Axis("", 1...20, .logarithmic), atMost: 8) == ["1", "2", "5", "10", "20"])
        #expect(axis.place(of: 1e-4) == 0)
        #expect(abs(axis.place(of: 2.3) - 1) < 1e-12)
    }

    @Test(arguments: [3.0, 30, 60, 120, 300, 2_000])
    func labelsNeverTouch(length: Double) {
        for axis in [
            Axis("", 0...1), Axis("", 0.99712...0.99734), Axis("", 0...123_456),
            Axis("", 1e-4...2.3, .logarithmic), Axis("", 1...20, .logarithmic),
        ] {
            let width = { (label: String) in Double(label.count) * 7 + 10 }
            let ticks = axis.ticks(along: length, extent: width)
            #expect(!ticks.isEmpty && ticks.count <= 8)
            for (tick, next) in zip(ticks, ticks.dropFirst()) {
                let distance = (axis.place(of: next.value) - axis.place(of: tick.value)) * length
                #expect(distance >= (width(tick.label) + width(next.label)) / 2)
            }
        }
    }

    @Test func showsItsNumbersWithAMarginInsideLimits() {
        let axis = Axis("", showing: [1, 2, .nan, .infinity], within: 0...10)
        #expect(axis.range.lowerBound < 1 && axis.range.upperBound > 2)
        #expect(Axis("", showing: [0, 100], within: 0...100).range == 0...100)
        #expect(Axis("", showing: []).range.contains(0.5))
        for same in [0.0, 1, 100] {
            let axis = Axis("", showing: [same, same], within: 0...100)
            #expect(axis.range.contains(same))
        }
    }
}

import BranchyCompute

/// One parameter-free shortcut of a small image.
struct ShortcutSample: Sendable {
    var shape: Shape = [5, 7, 6]
    var shortcut = Program.Operation.Shortcut(stride: 2, channelsAfter: 5)

    private var name: String {
        "of \(shape), stride \(shortcut.stride), channels \(shortcut.channelsBefore) before and "
            + "\(shortcut.channelsAfter) after"
    }

    func forward(batchSize: Int = 2) -> ConformanceCase {
        ConformanceCase("shortcut \(name), batch \(batchSize)", batchSize: batchSize) { program in
            let x = program.addInput("x", ValueType(shape))
            program.beginSegment("only")
            program.addOutput("y", try program.apply(.shortcut(shortcut), x))
        }
    }

    func gradient(batchSize: Int = 2) -> ConformanceCase {
        let name = "shortcut gradient \(name), batch \(batchSize)"
        return ConformanceCase(name, batchSize: batchSize) { program in
            let result = try Program.Operation.shortcut(shortcut).resultTypes(for: [
                ValueType(shape)
            ])
            let dy = program.addInput("dy", result[0])
            program.beginSegment("only")
            let gradient = Program.Operation.Gradient.shortcut(shortcut, source: shape)
            program.addOutput("dx", try program.apply(.gradient(gradient), dy))
        }
    }

    static var samples: [ShortcutSample] {
        [(0, 0), (0, 5), (5, 0), (2, 3)].flatMap { before, after in
            [(1, 7, 6), (2, 7, 6), (2, 8, 8), (3, 5, 1)].map { stride, height, width in
                ShortcutSample(
                    shape: [5, height, width],
                    shortcut: .init(
                        stride: stride, channelsBefore: before, channelsAfter: after))
            }
        }
            + EngineConformance.channelCounts.map {
                ShortcutSample(
                    shape: [$0, 4, 4],
                    shortcut: .init(stride: 2, channelsBefore: $0 / 2, channelsAfter: $0))
            }
    }
}

extension EngineConformance {
    static let shortcutCases: [ConformanceCase] =
        [
            ConformanceCase(
                "shortcut by hand", numbers: ["x": [1, 2, 3, 4, 5, 6, 7, 8, 9]],
                expected: ["y": [0, 0, 0, 0, 1, 3, 7, 9, 0, 0, 0, 0]]
            ) { program in
                let x = program.addInput("x", ValueType([1, 3, 3]))
                program.beginSegment("only")
                program.addOutput("y", try program.apply(.shortcut(surrounded), x))
            }
        ] + ShortcutSample.samples.map { $0.forward() }
        + batchSizes.map { ShortcutSample().forward(batchSize: $0) }

    static let shortcutGradientCases: [ConformanceCase] =
        [
            ConformanceCase(
                "shortcut gradient by hand",
                numbers: ["dy": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]],
                expected: ["dx": [5, 0, 6, 0, 0, 0, 7, 0, 8]]
            ) { program in
                let dy = program.addInput("dy", ValueType([3, 2, 2]))
                program.beginSegment("only")
                let gradient = Program.Operation.Gradient.shortcut(surrounded, source: [1, 3, 3])
                program.addOutput("dx", try program.apply(.gradient(gradient), dy))
            }
        ] + ShortcutSample.samples.map { $0.gradient() }
        + batchSizes.map { ShortcutSample().gradient(batchSize: $0) }

    private static let surrounded = Program.Operation.Shortcut(
        stride: 2, channelsBefore: 1, channelsAfter: 1)
}

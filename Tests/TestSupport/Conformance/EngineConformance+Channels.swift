import BranchyCompute

extension EngineConformance {
    /// Channels that are joined, shared out, dealt anew and multiplied; numbers that are only moved
    /// agree exactly.
    static let channelCases: [ConformanceCase] =
        [literalChannels, literalProducts] + joined.map { concatenation(of: $0) }
        + batchSizes.map { concatenation(of: [3, 16, 5], batchSize: $0) } + selections + shuffles
        + products + sharedChannels

    private static let selections: [ConformanceCase] = selectedRanges.map { channels, range in
        image("selection of \(range)", channels) { try $0.apply(.selectChannels(range), $1) }
    }

    /// Ends and middles of blocks of 16, a block, one channel, and all.
    private static let selectedRanges: [(channels: Int, range: Range<Int>)] = [
        (40, 0..<17), (40, 15..<24), (24, 16..<24), (5, 3..<4), (16, 0..<16), (48, 16..<32),
    ]

    private static let shuffles: [ConformanceCase] = dealt.map { channels, groups in
        image("shuffle of \(groups) groups", channels) {
            try $0.apply(.shuffleChannels(groups: groups), $1)
        }
    }

    private static let dealt: [(channels: Int, groups: Int)] = [
        (4, 2), (15, 3), (16, 2), (16, 16), (24, 3), (40, 2), (34, 2), (48, 3), (5, 1), (232, 2),
    ]

    private static let products: [ConformanceCase] =
        channelCounts.map { product($0, hasWholeFactor: true) }
        + channelCounts.map { product($0, hasWholeFactor: false) }
        + batchSizes.map { product(24, hasWholeFactor: false, batchSize: $0) }

    private static let sharedChannels: [ConformanceCase] = [
        ConformanceCase("products of features") { program in
            let x = program.addInput("x", ValueType([17]))
            let y = program.addInput("y", ValueType([17]))
            program.beginSegment("only")
            program.addOutput("z", try program.apply(.multiply, x, y))
            program.addOutput("square", try program.apply(.multiply, x, x))
        },
        ConformanceCase("a product of images of one pixel") { program in
            let x = program.addInput("x", ValueType([5, 1, 1]))
            let y = program.addInput("y", ValueType([5, 1, 1]))
            program.beginSegment("only")
            program.addOutput("z", try program.apply(.multiply, x, y))
        },
        ConformanceCase("a concatenation of a value with itself, which is read again") { program in
            let x = program.addInput("x", ValueType([5, 3, 4]))
            program.beginSegment("only")
            let both = try program.apply(.concatenate, x, x)
            program.addOutput("both", both)
            program.addOutput("more", try program.apply(.concatenate, x, both, x))
        },
    ]

    static let channelGradientCases: [ConformanceCase] =
        [literalProductGradient]
        + channelCounts.map { productGradient($0) }
        + batchSizes.map { productGradient(24, batchSize: $0) }

    /// Channels that fill blocks of 16, that do not, and that begin in the middle of one.
    private static let joined: [[Int]] = [
        [1, 3], [15, 16], [16, 16], [16, 17], [24, 40], [40, 24], [3, 16, 5], [16, 32, 16],
        [64, 8, 8, 8, 8], [24, 24, 24], [1, 1, 1, 1, 1, 1, 1], [17, 15], [33, 31, 3],
    ]

    static func concatenation(
        of counts: [Int], height: Int = 3, width: Int = 4, batchSize: Int = 2
    ) -> ConformanceCase {
        ConformanceCase(
            "concatenation of \(counts) x \(height) x \(width), batch \(batchSize)",
            batchSize: batchSize
        ) { program in
            let sources = counts.enumerated().map { index, channels in
                program.addInput("x\(index)", ValueType([channels, height, width]))
            }
            program.beginSegment("only")
            program.addOutput("y", try program.append(.concatenate, sources)[0])
        }
    }

    static func image(
        _ name: String, _ channels: Int, height: Int = 3, width: Int = 4, batchSize: Int = 2,
        _ apply: @escaping @Sendable (inout Program, Program.Value) throws -> Program.Value
    ) -> ConformanceCase {
        ConformanceCase(
            "\(name) from \(channels)x\(height)x\(width), batch \(batchSize)",
            batchSize: batchSize
        ) { program in
            let x = program.addInput("x", ValueType([channels, height, width]))
            program.beginSegment("only")
            program.addOutput("y", try apply(&program, x))
        }
    }

    static func product(
        _ channels: Int, height: Int = 5, width: Int = 3, hasWholeFactor: Bool, batchSize: Int = 2
    ) -> ConformanceCase {
        ConformanceCase(
            "product of \(channels)x\(height)x\(width) and "
                + "\(hasWholeFactor ? "as much" : "a number a channel"), batch \(batchSize)",
            batchSize: batchSize
        ) { program in
            let shape: Shape = [channels, height, width]
            let x = program.addInput("x", ValueType(shape))
            let factor = program.addInput(
                "factor", ValueType(hasWholeFactor ? shape : [channels, 1, 1]))
            program.beginSegment("only")
            program.addOutput("y", try program.apply(.multiply, x, factor))
        }
    }

    static func productGradient(
        _ channels: Int, height: Int = 5, width: Int = 3, batchSize: Int = 2
    ) -> ConformanceCase {
        ConformanceCase(
            "product gradient of \(channels)x\(height)x\(width), batch \(batchSize)",
            batchSize: batchSize
        ) { program in
            let x = program.addInput("x", ValueType([channels, height, width]))
            let dy = program.addInput("dy", ValueType([channels, height, width]))
            program.beginSegment("only")
            program.addOutput("by factor", try program.apply(.gradient(.multiply), x, dy))
        }
    }

    private static let literalChannels = ConformanceCase(
        "concatenation, selection and shuffles by hand",
        numbers: ["x": (1...12).map(Float.init), "z": [-1, -2]],
        expected: [
            "joined": (1...12).map(Float.init) + [-1, -2], "selected": [5, 6, 7, 8],
            "dealt to two": [1, 2, 7, 8, 3, 4, 9, 10, 5, 6, 11, 12],
            "dealt to three": [1, 2, 5, 6, 9, 10, 3, 4, 7, 8, 11, 12],
        ]
    ) { program in
        let x = program.addInput("x", ValueType([6, 1, 2]))
        let z = program.addInput("z", ValueType([1, 1, 2]))
        program.beginSegment("only")
        program.addOutput("joined", try program.apply(.concatenate, x, z))
        program.addOutput("selected", try program.apply(.selectChannels(2..<4), x))
        program.addOutput("dealt to two", try program.apply(.shuffleChannels(groups: 2), x))
        program.addOutput("dealt to three", try program.apply(.shuffleChannels(groups: 3), x))
    }

    private static let literalProducts = ConformanceCase(
        "products by hand, of two images and of an image and a number a channel", batchSize: 2,
        numbers: [
            "x": [1, 2, 3, 4, 5, 6, 7, 8], "y": [1, 0, -1, 2, 2, 2, 0, 1], "s": [2, -1, 0, 10],
        ],
        expected: [
            "images": [1, 0, -3, 8, 10, 12, 0, 8], "numbers": [2, 4, -3, -4, 0, 0, 70, 80],
        ]
    ) { program in
        let x = program.addInput("x", ValueType([2, 1, 2]))
        let y = program.addInput("y", ValueType([2, 1, 2]))
        let s = program.addInput("s", ValueType([2, 1, 1]))
        program.beginSegment("only")
        program.addOutput("images", try program.apply(.multiply, x, y))
        program.addOutput("numbers", try program.apply(.multiply, x, s))
    }

    private static let literalProductGradient = ConformanceCase(
        "product gradient by hand: a number a channel gets the sum over it", batchSize: 2,
        numbers: ["x": [1, 2, 3, 4, 5, 6, 7, 8], "dy": [1, 1, -1, 1, 2, 0, 0, -3]],
        expected: ["by factor": [3, 1, 10, -24]]
    ) { program in
        let x = program.addInput("x", ValueType([2, 1, 2]))
        let dy = program.addInput("dy", ValueType([2, 1, 2]))
        program.beginSegment("only")
        program.addOutput("by factor", try program.apply(.gradient(.multiply), x, dy))
    }
}

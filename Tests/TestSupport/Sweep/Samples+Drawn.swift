import BranchyCompute

/// The product of sizes, or `nil` where it is not even a number.
func work(_ sizes: Int...) -> Int? { Shape(exactly: sizes)?.elementCount }

extension ConvolutionSample {
    static func drawn(
        _ draw: inout Draw, kernelSizes: [Int] = [2, 3, 3, 3, 4, 5, 5, 6, 7, 11]
    ) -> (ConvolutionSample, batchSize: Int) {
        draw.fitting { draw in
            let kernelSize = draw.pick(kernelSizes)
            let sample = ConvolutionSample(
                channels: draw.channels(), filters: draw.channels(),
                kernelSize: Extent2D(kernelSize),
                stride: Extent2D(draw.pick([1, 1, 1, 2, 2, 3, 4])),
                padding: Padding2D(
                    draw.pick([0, kernelSize / 2, kernelSize / 2, 1, 2, kernelSize - 1])),
                hasBias: draw.flag(), activation: draw.flag() ? .relu : nil,
                height: draw.size(), width: draw.size())
            let batchSize = draw.batchSize()
            guard min(sample.height, sample.width) + 2 * sample.padding.top >= kernelSize else {
                return ((sample, batchSize), nil)
            }
            return (
                (sample, batchSize),
                work(
                    sample.channels, sample.filters, kernelSize, kernelSize, sample.height,
                    sample.width, batchSize)
            )
        }
    }
}

extension LinearSample {
    static func drawn(_ draw: inout Draw) -> LinearSample {
        draw.fitting { draw in
            let sample = LinearSample(
                inputs: draw.pick([draw.channels(), 84, 120, 256, 257, 720, 784, 1024, 3136]),
                outputs: draw.pick([draw.channels(), 10, 84, 256, 257, 1000]),
                hasBias: draw.flag(), activation: draw.flag() ? .relu : nil)
            return (sample, work(sample.inputs, sample.outputs, 16))
        }
    }
}

extension PoolingSample {
    static func drawn(
        _ draw: inout Draw, hasActivation: Bool = false
    ) -> (PoolingSample, batchSize: Int) {
        draw.fitting { draw in
            let pooling = Program.Operation.Pooling(
                kernelSize: Extent2D(draw.pick([1, 2, 2, 3, 3, 4, 5, 7, 8])),
                stride: Extent2D(draw.pick([1, 2, 2, 3, 4])),
                rounding: draw.flag() ? .floor : .ceiling, activation: hasActivation ? .relu : nil)
            let sample = PoolingSample(
                channels: draw.channels(), height: draw.size(), width: draw.size(),
                pooling: pooling)
            let batchSize = draw.batchSize()
            let windows = pooling.windowCounts(height: sample.height, width: sample.width)
            guard windows.height > 0, windows.width > 0 else { return ((sample, batchSize), nil) }
            return (
                (sample, batchSize),
                work(sample.channels, sample.height, sample.width, batchSize, 8)
            )
        }
    }
}

extension BatchNormalizationSample {
    static func drawn(_ draw: inout Draw) -> (BatchNormalizationSample, batchSize: Int) {
        draw.fitting { draw in
            let sample = BatchNormalizationSample(
                shape: [draw.channels(), draw.size(), draw.size()],
                epsilon: draw.pick([1e-5, 1e-3]), activation: draw.flag() ? .relu : nil)
            let batchSize = draw.batchSize()
            return ((sample, batchSize), work(sample.shape.elementCount, batchSize, 16))
        }
    }
}

extension LocalResponseSample {
    static func drawn(_ draw: inout Draw) -> (LocalResponseSample, batchSize: Int) {
        draw.fitting { draw in
            let sample = LocalResponseSample(
                shape: [draw.channels(), draw.size(), draw.size()],
                normalization: .init(
                    size: draw.pick([1, 3, 5, 7, 9, 11, 13]),
                    alpha: draw.pick([5e-5, 0.01, 0.1, 1]),
                    beta: draw.pick([0.5, 0.75, 0.75, 0.6, 1]), k: draw.pick([1, 2])))
            let batchSize = draw.batchSize()
            return ((sample, batchSize), work(sample.shape.elementCount, batchSize, 64))
        }
    }
}

extension ShortcutSample {
    static func drawn(_ draw: inout Draw) -> (ShortcutSample, batchSize: Int) {
        draw.fitting { draw in
            let sample = ShortcutSample(
                shape: [draw.channels(), draw.size(), draw.size()],
                shortcut: .init(
                    stride: draw.pick([1, 2, 3]),
                    channelsBefore: draw.pick([0, 0, draw.channels()]),
                    channelsAfter: draw.pick([0, draw.channels()])))
            let batchSize = draw.batchSize()
            return ((sample, batchSize), work(sample.shape.elementCount, batchSize, 16))
        }
    }
}

/// The mean of whole channels.
struct GlobalAverageSample: Sendable {
    let shape: Shape

    func forward(batchSize: Int) -> ConformanceCase {
        ConformanceCase(
            "global average pooling of \(shape), batch \(batchSize)", batchSize: batchSize
        ) { program in
            let x = program.addInput("x", ValueType(shape))
            program.beginSegment("only")
            program.addOutput("y", try program.apply(.globalAveragePooling(), x))
        }
    }

    func gradient(batchSize: Int) -> ConformanceCase {
        ConformanceCase(
            "global average pooling gradient of \(shape), batch \(batchSize)", batchSize: batchSize
        ) { program in
            let dy = program.addInput("dy", ValueType([shape[0]]))
            program.beginSegment("only")
            program.addOutput(
                "dx", try program.apply(.gradient(.globalAveragePooling(source: shape)), dy))
        }
    }

    static func drawn(_ draw: inout Draw) -> (GlobalAverageSample, batchSize: Int) {
        draw.fitting { draw in
            let sample = GlobalAverageSample(shape: [draw.channels(), draw.size(), draw.size()])
            let batchSize = draw.batchSize()
            return ((sample, batchSize), work(sample.shape.elementCount, batchSize, 8))
        }
    }
}

/// ReLU, sum, product with a mask; of an image, or of features.
struct ElementwiseSample: Sendable {
    let shape: Shape

    func forward(batchSize: Int) -> ConformanceCase {
        ConformanceCase("sum and relu of \(shape), batch \(batchSize)", batchSize: batchSize) {
            program in
            let x = program.addInput("x", ValueType(shape))
            let other = program.addInput("other", ValueType(shape))
            program.beginSegment("only")
            let sum = try program.apply(.add, x, other)
            program.addOutput("sum", sum)
            program.addOutput("y", try program.apply(.relu, sum))
            program.addOutput("relu", try program.apply(.relu, x))
        }
    }

    func gradient(batchSize: Int) -> ConformanceCase {
        ConformanceCase(
            "dropout and relu gradients of \(shape), batch \(batchSize)", batchSize: batchSize
        ) { program in
            let x = program.addInput("x", ValueType(shape))
            let mask = program.addInput("mask", ValueType(shape))
            let dy = program.addInput("dy", ValueType(shape))
            program.beginSegment("only")
            program.addOutput("dropped", try program.apply(.dropout, x, mask))
            let y = try program.apply(.relu, x)
            program.addOutput("dx", try program.apply(.gradient(.relu), y, dy))
        }
    }

    static func drawn(_ draw: inout Draw) -> (ElementwiseSample, batchSize: Int) {
        draw.fitting { draw in
            let channels = draw.channels()
            let shape: Shape = draw.flag() ? [channels, draw.size(), draw.size()] : [channels]
            let batchSize = draw.batchSize()
            return (
                (ElementwiseSample(shape: shape), batchSize), work(shape.elementCount, batchSize, 8)
            )
        }
    }
}

/// A fully connected layer of an image.
struct FlattenedSample: Sendable {
    let image: Shape
    let outputs: Int
    let hasReLU: Bool

    private var name: String { "of \(image) to \(outputs)\(hasReLU ? ", relu" : "")" }

    /// What is flattened comes from an operation, which leaves it in the engine's own layout.
    func conformanceCase(batchSize: Int) -> ConformanceCase {
        ConformanceCase("flattened linear \(name), batch \(batchSize)", batchSize: batchSize) {
            program in
            let x = program.addInput("x", ValueType(image))
            let w = program.addParameter("w", [outputs, image.elementCount])
            let b = program.addParameter("b", [outputs])
            program.beginSegment("only")
            let pooled = try program.apply(.maxPooling(.init(kernelSize: 1, stride: 1)), x)
            let flat = try program.apply(.flatten, pooled)
            let linear = Program.Operation.Linear(activation: hasReLU ? .relu : nil)
            program.addOutput("y", try program.apply(.linear(linear), flat, w, b))
        }
    }

    func gradientCase(batchSize: Int) -> ConformanceCase {
        ConformanceCase(
            "flattened linear gradients \(name), batch \(batchSize)", batchSize: batchSize
        ) { program in
            let x = program.addInput("x", ValueType(image))
            let dy = program.addInput("dy", ValueType([outputs]))
            let w = program.addInput(
                "w", ValueType([outputs, image.elementCount], isBatched: false))
            program.beginSegment("only")
            let pooled = try program.apply(.maxPooling(.init(kernelSize: 1, stride: 1)), x)
            let flat = try program.apply(.flatten, pooled)
            let features = try program.apply(.gradient(.linearSource(.init())), dy, w)
            program.addOutput(
                "dx", try program.apply(.gradient(.flatten(source: image)), features))
            let gradients = try program.append(
                .gradient(.linearParameters(.init(), hasBias: true)), [flat, dy])
            program.addOutput("dw", gradients[0])
            program.addOutput("db", gradients[1])
        }
    }

    static func drawn(_ draw: inout Draw) -> (FlattenedSample, batchSize: Int) {
        draw.fitting { draw in
            let sample = FlattenedSample(
                image: [draw.channels(), draw.size(), draw.size()],
                outputs: draw.pick([draw.channels(), 10, 84, 256]), hasReLU: draw.flag())
            let batchSize = draw.batchSize()
            return ((sample, batchSize), work(sample.image.elementCount, sample.outputs, batchSize))
        }
    }
}

#if OneDNN
import BranchyNet
import BranchyCompute
import OneDNNEngine
import TestSupport
import Testing

/// The library has code for every case, and for some none that is fast: names with `ref` in
/// them, a hundred times slower. None of ours may need those.
struct OneDNNImplementationTests {
    /// Around what vectors hold, and those of the networks.
    static let channelCounts = [1, 3, 5, 8, 10, 16, 17, 20, 32, 33, 64]

    @Test(arguments: BranchedNetwork.known, [1, 2])
    func networksTrainOnFastImplementations(_ network: BranchedNetwork, threads: Int) throws {
        let program = try network.trainingProgram().program
        try expectFast(program, batchSize: 512, OneDNNEngine(threads: threads))
    }

    /// As ``networksTrainOnFastImplementations``, where the processor has bfloat16.
    @Test(arguments: BranchedNetwork.known, [1, 2])
    func networksTrainInBFloat16OnFastImplementations(
        _ network: BranchedNetwork, threads: Int
    ) throws {
        let program = try network.trainingProgram().program.inBFloat16()
        do {
            try expectFast(program, batchSize: 128, OneDNNEngine(threads: threads))
        } catch let error as EngineError where error.code == .unsupported {}
    }

    @Test(arguments: BranchedNetwork.known, [1, 256])
    func networksInferOnFastImplementations(_ network: BranchedNetwork, batchSize: Int) throws {
        let program = try network.inferenceProgram().program
        let parameters = Feed(for: program, batchSize: 1).parameters
        for threads in [1, 2] {
            try expectFast(
                program, batchSize: batchSize, OneDNNEngine(threads: threads),
                parameters: parameters)
        }
    }

    /// Forward with and without bias and relu, and both derivatives, for parameters that change.
    @Test(arguments: [1, 3, 5], [1, 2])
    func convolutionsAreFast(kernelSize: Int, stride: Int) throws {
        let engine = try OneDNNEngine()
        for channels in Self.channelCounts {
            for filters in Self.channelCounts {
                let program = try Program { program in
                    let shape: Shape = [channels, 9, 8]
                    let x = program.addInput("x", ValueType(shape))
                    let w = program.addInput(
                        "w",
                        ValueType([filters, channels, kernelSize, kernelSize], isBatched: false))
                    let b = program.addInput("b", ValueType([filters], isBatched: false))
                    program.beginSegment("only")
                    var convolution = Program.Operation.Convolution(
                        stride: Extent2D(stride), padding: Padding2D(kernelSize / 2),
                        activation: .relu)
                    _ = try program.apply(.convolution(convolution), x, w, b)
                    convolution.activation = nil
                    let y = try program.apply(.convolution(convolution), x, w)
                    try program.append(
                        .gradient(.convolutionSource(convolution, source: shape)), [y, w])
                    for hasBias in [false, true] {
                        try program.append(
                            .gradient(
                                .convolutionParameters(
                                    convolution, kernelSize: Extent2D(kernelSize), hasBias: hasBias)
                            ),
                            [x, y])
                    }
                }
                try expectFast(program, batchSize: 4, engine, "\(channels) to \(filters)")
            }
        }
    }

    @Test(
        arguments: [(2, 2), (3, 1), (3, 2)], [Program.Operation.Pooling.Rounding.floor, .ceiling])
    func poolingsAreFast(
        window: (kernelSize: Int, stride: Int), rounding: Program.Operation.Pooling.Rounding
    ) throws {
        let engine = try OneDNNEngine()
        for channels in Self.channelCounts {
            let program = try Program { program in
                let shape: Shape = [channels, 9, 8]
                let x = program.addInput("x", ValueType(shape))
                program.beginSegment("only")
                var pooling = Program.Operation.Pooling(
                    kernelSize: Extent2D(window.kernelSize), stride: Extent2D(window.stride),
                    rounding: rounding)
                _ = try program.apply(.maxPooling(pooling), x)
                pooling.activation = .relu
                _ = try program.apply(.maxPooling(pooling), x)
                (pooling.activation, pooling.recordsSelection) = (nil, true)
                let results = try program.append(.maxPooling(pooling), [x])
                try program.append(
                    .gradient(.maxPooling(pooling, source: shape)), [results[1], results[0]])
            }
            try expectFast(program, batchSize: 4, engine, "\(channels) channels")
        }
    }

    @Test(arguments: channelCounts, [1, 4])
    func averagePoolingsAreFast(channels: Int, batchSize: Int) throws {
        let shape: Shape = [channels, 9, 8]
        let program = try Program { program in
            let x = program.addInput("x", ValueType(shape))
            program.beginSegment("only")
            for rounding in [Program.Operation.Pooling.Rounding.floor, .ceiling] {
                let pooling = Program.Operation.Pooling(
                    kernelSize: 3, stride: 2, rounding: rounding)
                let y = try program.apply(.averagePooling(pooling), x)
                try program.append(.gradient(.averagePooling(pooling, source: shape)), [y])
            }
            let means = try program.apply(.globalAveragePooling(), x)
            try program.append(.gradient(.globalAveragePooling(source: shape)), [means])
        }
        try expectFast(program, batchSize: batchSize, OneDNNEngine())
    }

    @Test(arguments: channelCounts, [1, 4])
    func batchNormalizationsAreFast(channels: Int, batchSize: Int) throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([channels, 9, 8]))
            let channel = ValueType([channels], isBatched: false)
            let parameters = ["weight", "bias", "mean", "variance"].map {
                program.addInput($0, channel)
            }
            program.beginSegment("only")
            for activation in [nil, Program.Operation.Activation.relu] {
                try program.append(
                    .batchNormalization(.init(statistics: .given, activation: activation)),
                    [x] + parameters)
                let normalization = Program.Operation.BatchNormalization(
                    statistics: .batch, activation: activation)
                let results = try program.append(
                    .batchNormalization(normalization), [x] + parameters[..<2])
                try program.append(
                    .gradient(.batchNormalization(normalization)),
                    [x, parameters[0], results[1], results[2], results[0]] + results[3...])
            }
        }
        try expectFast(program, batchSize: batchSize, OneDNNEngine())
    }

    @Test(arguments: channelCounts, [1, 4])
    func localResponseNormalizationsAreFast(channels: Int, batchSize: Int) throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([channels, 9, 8]))
            program.beginSegment("only")
            let normalization = Program.Operation.LocalResponseNormalization(
                size: 3, alpha: 5e-5, beta: 0.75, k: 2)
            let y = try program.apply(.localResponseNormalization(normalization), x)
            try program.append(
                .gradient(.localResponseNormalization(normalization)), [x, y])
        }
        try expectFast(program, batchSize: batchSize, OneDNNEngine())
    }

    /// Depthwise and in groups, both derivatives included, for parameters that change.
    @Test(arguments: [8, 16, 24, 32, 40, 64], [3, 5])
    func groupsAreFast(channels: Int, kernelSize: Int) throws {
        for (groups, stride) in [(channels, 1), (channels, 2), (2, 1), (4, 2)] {
            let program = try Program { program in
                let shape: Shape = [channels, 9, 8]
                let x = program.addInput("x", ValueType(shape))
                let w = program.addInput(
                    "w",
                    ValueType(
                        [channels, channels / groups, kernelSize, kernelSize], isBatched: false))
                program.beginSegment("only")
                let convolution = Program.Operation.Convolution(
                    stride: Extent2D(stride), padding: Padding2D(kernelSize / 2), groups: groups)
                let y = try program.apply(.convolution(convolution), x, w)
                try program.append(
                    .gradient(.convolutionSource(convolution, source: shape)), [y, w])
                try program.append(
                    .gradient(
                        .convolutionParameters(
                            convolution, kernelSize: Extent2D(kernelSize), hasBias: false)),
                    [x, y])
            }
            try expectFast(
                program, batchSize: 4, OneDNNEngine(), "\(groups) groups, stride \(stride)")
        }
    }

    /// What activations, products and joins of channels take, and poolings over padding.
    @Test(arguments: channelCounts, [1, 4])
    func pathsAreFast(channels: Int, batchSize: Int) throws {
        let activations: [Program.Operation.Activation] = [
            .clip(minimum: 0, maximum: 6), .sigmoid, .hardSigmoid, .hardSwish, .silu, .gelu,
            .geluTanh,
        ]
        let program = try Program { program in
            let x = program.addInput("x", ValueType([2 * channels, 9, 8]))
            let factor = program.addInput("factor", ValueType([2 * channels, 1, 1]))
            program.beginSegment("only")
            for activation in activations {
                let y = try program.apply(.activation(activation), x)
                let known = activation.derivativeOperand == .source ? x : y
                try program.append(.gradient(.activation(activation)), [known, y])
            }
            let product = try program.apply(.multiply, x, factor)
            _ = try program.apply(.gradient(.multiply), x, product)
            _ = try program.apply(.multiply, x, product)
            _ = try program.apply(.concatenate, x, product)
            _ = try program.apply(.selectChannels(0..<channels), product)
            let pooling = Program.Operation.Pooling(
                kernelSize: 3, stride: 2, padding: 1, recordsSelection: true)
            let results = try program.append(.maxPooling(pooling), [x])
            try program.append(
                .gradient(.maxPooling(pooling, source: [2 * channels, 9, 8])),
                [results[1], results[0]])
        }
        try expectFast(program, batchSize: batchSize, OneDNNEngine())
    }

    /// The library's batch-reduce kernels read an odd number of channels in pairs, and now and then
    /// compute wrong numbers of what stands behind them; those for 1x1 always do.
    @Test(arguments: [1, 3, 17], [1, 3])
    func oddSumsInBFloat16AvoidWrongKernels(channels: Int, kernelSize: Int) throws {
        let program = try Program { program in
            let x = program.addInput("x", ValueType([channels, 7, 6]))
            let weights = program.addInput(
                "w", ValueType([16, channels, kernelSize, kernelSize], isBatched: false))
            let flat = program.addInput("flat", ValueType([channels]))
            let rows = program.addInput("rows", ValueType([16, channels], isBatched: false))
            program.beginSegment("only")
            _ = try program.apply(.convolution(.init()), x, weights)
            _ = try program.apply(.linear(.init()), flat, rows)
        }.inBFloat16()
        do {
            let names = try OneDNNEngine().compile(
                program, batchSize: 2, parameters: ParameterStore()
            ).implementations.map(\.name)
            #expect(!names.isEmpty)
            #expect(!names.contains { $0.hasPrefix("brg") || $0.contains("1x1") }, "\(names)")
        } catch {
            guard error.code == .unsupported else { throw error }
        }
    }

    /// Of features, and of an image that was flattened.
    @Test(arguments: channelCounts)
    func fullyConnectedLayersAreFast(features: Int) throws {
        let engine = try OneDNNEngine()
        for outputs in Self.channelCounts {
            let program = try Program { program in
                let x = program.addInput("x", ValueType([features, 1, 3]))
                let weights = program.addInput(
                    "w", ValueType([outputs, features * 3], isBatched: false))
                let flat = program.addInput("flat", ValueType([features * 3]))
                program.beginSegment("only")
                for source in [flat, try program.apply(.flatten, x)] {
                    let linear = Program.Operation.Linear(activation: .relu)
                    _ = try program.apply(.linear(linear), source, weights)
                    let y = try program.apply(.linear(.init()), source, weights)
                    try program.append(.gradient(.linearSource(.init())), [y, weights])
                    try program.append(
                        .gradient(.linearParameters(.init(), hasBias: true)), [source, y])
                }
            }
            try expectFast(program, batchSize: 4, engine, "\(features * 3) to \(outputs)")
        }
    }

    @Test func everyStepIsListedWithItsSegment() throws {
        let program = try BranchedNetwork.bLeNet.inferenceProgram().program
        let executable = try OneDNNEngine().compile(
            program, batchSize: 1, parameters: Feed(for: program, batchSize: 1).parameters)
        let steps = executable.implementations.filter { $0.operation != "reorder" }
        for (index, segment) in program.segments.enumerated() {
            // Flattening takes no step.
            let operations = segment.instructions.map(\.operation.description)
                .filter { $0 != "flatten" }
            #expect(steps.filter { $0.segment == index }.map(\.operation) == operations)
        }
        #expect(executable.implementations.allSatisfy { !$0.name.isEmpty })
        #expect(executable.implementations.allSatisfy { $0.name != "unknown" })
    }

    private func expectFast(
        _ program: Program, batchSize: Int, _ engine: OneDNNEngine, _ context: String = "",
        parameters: ParameterStore = ParameterStore(),
        at location: SourceLocation = #_sourceLocation
    ) throws {
        let executable = try engine.compile(
            program, batchSize: batchSize, parameters: parameters)
        let slow = executable.implementations.filter { $0.name.contains("ref") }
            .map { "\($0.operation) by \($0.name)" }
        #expect(slow.isEmpty, "\(context)", sourceLocation: location)
        #expect(!executable.implementations.isEmpty, sourceLocation: location)
    }
}
#endif

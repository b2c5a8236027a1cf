import BranchyCompute

extension NetworkLowering {
    mutating func append(
        _ layers: [Layer], to source: Program.Value, prefix: String
    ) throws(NetworkError) -> Program.Value {
        var value = source
        for layer in layers { value = try append(layer, to: value, prefix: prefix) }
        return value
    }

    private mutating func append(
        _ layer: Layer, to source: Program.Value, prefix: String
    ) throws(NetworkError) -> Program.Value {
        if case .residual(let block) = layer {
            return try append(block, to: source, prefix: prefix)
        }
        let (operation, operands) = try lower(layer, source, prefix: prefix)
        let results = try append(operation, operands, at: prefix + layer.description)
        if case .batchNorm2D(let layer) = layer, results.count > 1 {
            addStatistics(of: prefix + layer.name, results)
        }
        return results[0]
    }

    private mutating func append(
        _ block: Residual, to source: Program.Value, prefix: String
    ) throws(NetworkError) -> Program.Value {
        let (path, place) = (prefix + block.name, prefix + block.layer.description)
        try claim(path)
        guard !block.body.isEmpty else {
            throw error(.invalidValue, "layer \(place): a block without layers")
        }
        guard depth < Residual.deepestNesting else {
            throw error(
                .invalidValue, "layer \(place): more than \(Residual.deepestNesting) blocks deep")
        }
        depth += 1
        let body = try append(block.body, to: source, prefix: path + ".")
        depth -= 1
        var shortcut = source
        if block.shortcut != .identity {
            shortcut = try append(.shortcut(block.shortcut.operation), [source], at: place)[0]
        }
        return try append(.add, [body, shortcut], at: place)[0]
    }

    private mutating func append(
        _ operation: Program.Operation, _ operands: [Program.Value], at place: String
    ) throws(NetworkError) -> [Program.Value] {
        let results: [Program.Value]
        do {
            results = try program.append(operation, operands)
        } catch {
            throw self.error(.shapeMismatch, "layer \(place): \(error)")
        }
        try checkSize(of: program.type(of: results[0]).shape, at: place)
        if let instruction = program.segments.last?.instructions.last { try count(instruction) }
        return results
    }

    private mutating func addStatistics(of path: String, _ results: [Program.Value]) {
        let shape = program.type(of: results[0]).shape
        let statistics = NetworkProgram.BatchStatistics(
            name: path, meanOutput: "mean of \(path)", varianceOutput: "variance of \(path)",
            count: shape[1] * shape[2])
        program.addOutput(statistics.meanOutput, results[1])
        program.addOutput(statistics.varianceOutput, results[2])
        batchStatistics.append(statistics)
    }

    /// The operation that a layer stands for, and what it reads.
    private mutating func lower(
        _ layer: Layer, _ source: Program.Value, prefix: String
    ) throws(NetworkError) -> (Program.Operation, [Program.Value]) {
        let place = prefix + layer.description
        switch layer {
        case .conv2D(let layer):
            let path = prefix + layer.name
            try checkWindow(
                size: layer.kernelSize, stride: layer.stride, padding: layer.padding, of: path)
            let weight = try shape(
                [layer.outputChannels, layer.inputChannels, layer.kernelSize, layer.kernelSize],
                of: path)
            let parameters = try parameters(path, weight, hasBias: layer.hasBias)
            return (
                .convolution(.init(stride: layer.stride, padding: layer.padding)),
                [source] + parameters
            )
        case .linear(let layer):
            let path = prefix + layer.name
            let weight = try shape([layer.outputFeatures, layer.inputFeatures], of: path)
            return (
                .linear(.init()),
                [source] + (try parameters(path, weight, hasBias: layer.hasBias))
            )
        case .maxPool2D(let pool):
            try checkWindow(size: pool.kernelSize, stride: pool.stride, of: place)
            return (
                .maxPooling(
                    .init(
                        kernelSize: pool.kernelSize, stride: pool.stride, rounding: pool.rounding)),
                [source]
            )
        case .averagePool2D(let pool):
            try checkWindow(size: pool.kernelSize, stride: pool.stride, of: place)
            return (
                .averagePooling(
                    .init(
                        kernelSize: pool.kernelSize, stride: pool.stride, rounding: pool.rounding)),
                [source]
            )
        case .globalAveragePool2D:
            return (.globalAveragePooling, [source])
        case .batchNorm2D(let layer):
            let normalization = Program.Operation.BatchNormalization(
                epsilon: BatchNorm2D.epsilon, statistics: statistics)
            return (
                .batchNormalization(normalization),
                [source] + (try parameters(of: layer, prefix: prefix))
            )
        case .localResponseNorm(let norm):
            try checkWindow(size: norm.size, of: place)
            return (
                .localResponseNormalization(
                    .init(size: norm.size, alpha: norm.alpha, beta: norm.beta, k: norm.k)),
                [source]
            )
        case .reLU:
            return (.relu, [source])
        case .dropout(let layer):
            return (.dropout, [source, try mask(for: layer, like: source, prefix: prefix)])
        case .flatten:
            return (.flatten, [source])
        case .residual:
            preconditionFailure("a residual block is more than one operation")
        }
    }

    private mutating func parameters(
        _ path: String, _ weight: Shape, hasBias: Bool
    ) throws(NetworkError) -> [Program.Value] {
        try claim(path)
        let weightValue = program.addParameter(path + ".weight", weight)
        return hasBias
            ? [weightValue, program.addParameter(path + ".bias", [weight[0]])] : [weightValue]
    }

    private mutating func parameters(
        of layer: BatchNorm2D, prefix: String
    ) throws(NetworkError) -> [Program.Value] {
        let path = prefix + layer.name
        let channels = try shape([layer.channels], of: path)
        try claim(path)
        let running = statistics == .given ? ["running_mean", "running_var"] : []
        return (["weight", "bias"] + running).map {
            program.addParameter("\(path).\($0)", channels)
        }
    }

    private mutating func mask(
        for layer: Dropout, like source: Program.Value, prefix: String
    ) throws(NetworkError) -> Program.Value {
        let path = prefix + layer.name
        guard layer.rate >= 0, layer.rate < 1 else {
            throw error(.invalidValue, "\(path): a rate of \(layer.rate), expected 0 ..< 1")
        }
        try claim(path)
        let mask = NetworkProgram.Mask(input: "mask of \(path)", rate: layer.rate)
        masks.append(mask)
        return program.addInput(mask.input, program.type(of: source))
    }
}

extension Layer {
    /// The layer itself, and those in it.
    var count: Int {
        guard case .residual(let block) = self else { return 1 }
        return block.body.reduce(1) { $0 + $1.count }
    }

    /// How many instructions of the plain program the layer is, for those who walk over both.
    package var instructionCount: Int {
        guard case .residual(let block) = self else { return 1 }
        let shortcut = block.shortcut == .identity ? 0 : 1
        return block.body.reduce(1 + shortcut) { $0 + $1.instructionCount }
    }
}

extension Shortcut {
    fileprivate var operation: Program.Operation.Shortcut {
        .init(stride: stride, channelsBefore: channelsBefore, channelsAfter: channelsAfter)
    }
}

import Compute

/// Turns the description of a network into a program, checking it on the way.
struct NetworkLowering {
    private let network: BranchedNetwork
    private(set) var program = Program()
    private(set) var masks: [NetworkProgram.Mask] = []
    /// The logits of each exit.
    private(set) var logits: [Program.Value] = []
    private var names: Set<String> = []

    static func lower(_ network: BranchedNetwork) throws(NetworkError) -> NetworkLowering {
        var lowering = NetworkLowering(network: network)
        try lowering.checkSizes()
        var value = lowering.program.addInput(
            NetworkProgram.imageInput, ValueType(network.inputShape))
        for (index, stage) in network.stages.enumerated() {
            lowering.program.beginSegment("backbone \(index)")
            for layer in stage.backbone {
                value = try lowering.append(layer, to: value, prefix: "")
            }
            let logits = try lowering.appendBranch(of: stage, index, to: value) ?? value
            try lowering.addExit(logits, named: network.exitNames[index])
        }
        return lowering
    }

    private init(network: BranchedNetwork) {
        self.network = network
    }

    private func checkSizes() throws(NetworkError) {
        let shape = network.inputShape
        guard shape.rank == 3, shape.dimensions.allSatisfy({ (1...65536).contains($0) }) else {
            throw error(
                .invalidValue,
                "the input shape is \(shape), expected channels x height x width, each 1 to 65536")
        }
        try checkSize(of: shape, at: "input")
        guard (2...65536).contains(network.classCount) else {
            throw error(.invalidValue, "\(network.classCount) classes, expected 2 to 65536")
        }
        let unbranched = network.stages.indices.dropLast().first {
            network.stages[$0].branch == nil
        }
        guard let last = network.stages.last, last.branch == nil, unbranched == nil else {
            throw error(
                .invalidValue, "every stage but the last needs a branch, and the last has none")
        }
    }

    private mutating func appendBranch(
        of stage: Stage, _ index: Int, to value: Program.Value
    ) throws(NetworkError) -> Program.Value? {
        guard let branch = stage.branch else { return nil }
        try claim(branch.name)
        program.beginSegment("branch \(index)")
        var value = value
        for layer in branch.layers {
            value = try append(layer, to: value, prefix: branch.name + ".")
        }
        return value
    }

    private mutating func addExit(
        _ value: Program.Value, named name: String
    ) throws(NetworkError) {
        let type = program.type(of: value)
        guard type.shape == [network.classCount] else {
            throw error(
                .shapeMismatch,
                "\(name) ends in shape \(type.shape), expected \(network.classCount) logits; "
                    + "end it in a Linear layer with that many output features")
        }
        program.addOutput(NetworkProgram.logitsOutput(ofExit: logits.count), value)
        logits.append(value)
    }

    private mutating func append(
        _ layer: Layer, to source: Program.Value, prefix: String
    ) throws(NetworkError) -> Program.Value {
        let path = prefix + layer.description
        do {
            let (operation, operands) = try lower(layer, source, prefix: prefix)
            let result = try program.append(operation, operands)[0]
            try checkSize(of: program.type(of: result).shape, at: path)
            return result
        } catch let error as NetworkError {
            throw error
        } catch {
            throw self.error(.shapeMismatch, "layer \(path): \(error)")
        }
    }

    /// The operation that a layer stands for, and what it reads.
    private mutating func lower(
        _ layer: Layer, _ source: Program.Value, prefix: String
    ) throws(NetworkError) -> (Operation, [Program.Value]) {
        switch layer {
        case .conv2D(let layer):
            let path = prefix + layer.name
            try checkWindow([layer.kernelSize, layer.stride, layer.padding &+ 1], of: path)
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
            try checkWindow([pool.kernelSize, pool.stride], of: prefix + layer.description)
            return (
                .maxPooling(
                    .init(
                        kernelSize: pool.kernelSize, stride: pool.stride, rounding: pool.rounding)),
                [source]
            )
        case .reLU:
            return (.relu, [source])
        case .dropout(let layer):
            return (.dropout, [source, try mask(for: layer, like: source, prefix: prefix)])
        case .flatten:
            return (.flatten, [source])
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

    /// Sizes of a window, which come from the user's description.
    private func checkWindow(_ sizes: [Int], of path: String) throws(NetworkError) {
        guard sizes.allSatisfy({ (1...4096).contains($0) }) else {
            throw error(
                .invalidValue,
                "\(path): kernel size and stride have to be 1 to 4096, padding 0 to 4095")
        }
    }

    /// Far above any real layer, and low enough that no product of sizes can overflow.
    private static let largestTensor = 1 << 31

    private func checkSize(of shape: Shape, at path: String) throws(NetworkError) {
        guard shape.elementCount <= Self.largestTensor else {
            throw error(.invalidValue, "layer \(path): a result of shape \(shape) is too large")
        }
    }

    /// Sizes of a parameter, which come from the user's description.
    private func shape(_ dimensions: [Int], of path: String) throws(NetworkError) -> Shape {
        guard let shape = Shape(exactly: dimensions),
            dimensions.allSatisfy({ $0 >= 1 }), shape.elementCount <= Self.largestTensor
        else {
            let sizes = dimensions.map(String.init).joined(separator: "x")
            throw error(.invalidValue, "\(path): a weight of \(sizes) is not possible")
        }
        return shape
    }

    private mutating func claim(_ path: String) throws(NetworkError) {
        guard !path.isEmpty, !path.hasSuffix(".") else {
            throw error(.invalidValue, "a branch or layer has an empty name")
        }
        guard names.insert(path).inserted else {
            throw error(.duplicateName, "the name '\(path)' is used twice")
        }
    }

    private func error(_ code: NetworkError.Code, _ text: String) -> NetworkError {
        NetworkError(code, "network '\(network.name)': \(text)")
    }
}

import BranchyCompute

/// Turns the description of a network into a program, checking it on the way.
struct NetworkLowering {
    /// What batch normalizations normalize by.
    private(set) var statistics: Program.Operation.BatchNormalization.Statistics
    /// Whether layers are those of a stage that stays as it is, and runs as inference runs it.
    private(set) var isFrozen = false
    /// The parameters of such stages.
    private(set) var frozenParameters: Set<String> = []
    var program = Program()
    var masks: [NetworkProgram.Mask] = []
    var batchStatistics: [NetworkProgram.BatchStatistics] = []
    /// How many blocks of layers lie around the layer that is lowered.
    private var depth = 0
    private let network: BranchedNetwork
    private var exitCount = 0
    private var names: Set<String> = []
    /// Multiply-accumulates of one sample through all that was appended.
    private var work = 0

    /// - Parameter frozenStages: how many in front run as inference runs them, without dropout and by
    ///   given statistics.
    static func lower(
        _ network: BranchedNetwork,
        statistics: Program.Operation.BatchNormalization.Statistics = .given, frozenStages: Int = 0
    ) throws(NetworkError) -> NetworkLowering {
        var lowering = NetworkLowering(network, statistics)
        try lowering.checkSizes()
        var value = lowering.program.addInput(
            NetworkProgram.imageInput, ValueType(network.inputShape))
        for (index, stage) in network.stages.enumerated() {
            lowering.isFrozen = index < frozenStages
            lowering.statistics = lowering.isFrozen ? .given : statistics
            lowering.program.beginSegment("backbone \(index)")
            value = try lowering.append(stage.backbone, to: value, prefix: "")
            let logits = try lowering.appendBranch(of: stage, index, to: value) ?? value
            try lowering.addExit(logits, named: stage.exitName)
            if index + 1 == frozenStages {
                lowering.frozenParameters = Set(lowering.program.parameters.map(\.name))
            }
        }
        return lowering
    }

    private init(
        _ network: BranchedNetwork, _ statistics: Program.Operation.BatchNormalization.Statistics
    ) {
        (self.network, self.statistics) = (network, statistics)
    }

    private func checkSizes() throws(NetworkError) {
        let layerCount = network.layerCount
        guard layerCount <= BranchedNetwork.layerLimit else {
            throw error(
                .tooLarge,
                "\(layerCount) layers and stages, expected at most \(BranchedNetwork.layerLimit)")
        }
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
        return try append(branch.layers, to: value, prefix: branch.name + ".")
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
        program.addOutput(NetworkProgram.logitsOutput(ofExit: exitCount), value)
        exitCount += 1
    }

    /// Goes into the layers of a block.
    mutating func descend(
        at place: String, _ body: (inout Self) throws(NetworkError) -> Void
    ) throws(NetworkError) {
        guard depth < Layer.deepestNesting else {
            throw error(
                .invalidValue, "layer \(place): more than \(Layer.deepestNesting) blocks deep")
        }
        depth += 1
        try body(&self)
        depth -= 1
    }

    /// Sizes of a window, which come from the user's description.
    struct Window {
        let size: Extent2D
        var stride: Extent2D = 1
        var padding: Padding2D = 0
        var dilation: Extent2D = 1

        /// What each is called, the numbers, and the least that they can be.
        var bounds: [(name: String, values: [Int], least: Int)] {
            [
                ("kernel size", [size.height, size.width], 1),
                ("stride", [stride.height, stride.width], 1), ("padding", padding.sides, 0),
                ("dilation", [dilation.height, dilation.width], 1),
            ]
        }
    }

    func checkWindow(_ window: Window, of path: String) throws(NetworkError) {
        for (name, values, least) in window.bounds {
            for value in values where !(least...least + 4095).contains(value) {
                throw error(
                    .invalidValue,
                    "\(path): a \(name) of \(value), expected \(least) to \(least + 4095)")
            }
        }
    }

    /// Far above any real layer, and low enough that no product of sizes can overflow.
    private static let largestTensor = 1 << 31

    func checkSize(of shape: Shape, at path: String) throws(NetworkError) {
        guard shape.elementCount <= Self.largestTensor else {
            throw error(.invalidValue, "layer \(path): a result of shape \(shape) is too large")
        }
    }

    /// What a network may cost a sample, more than a day of any processor. No sum over its layers,
    /// stages or exits can overflow then.
    private static let largestWork = 1 << 60

    /// Counts the work of an instruction whose sizes were checked.
    mutating func count(_ instruction: Program.Instruction) throws(NetworkError) {
        let (sum, overflow) = work.addingReportingOverflow(
            program.multiplyAccumulates(of: instruction))
        guard !overflow, sum <= Self.largestWork else {
            throw error(
                .invalidValue,
                "its layers take more than \(Self.largestWork) multiply-accumulates an image")
        }
        work = sum
    }

    /// Sizes of a parameter, which come from the user's description.
    func shape(_ dimensions: [Int], of path: String) throws(NetworkError) -> Shape {
        guard let shape = Shape(exactly: dimensions),
            dimensions.allSatisfy({ $0 >= 1 }), shape.elementCount <= Self.largestTensor
        else {
            let sizes = dimensions.map(String.init).joined(separator: "x")
            throw error(.invalidValue, "\(path): a weight of \(sizes) is not possible")
        }
        return shape
    }

    mutating func claim(_ path: String) throws(NetworkError) {
        guard !path.isEmpty, !path.hasSuffix(".") else {
            throw error(.invalidValue, "a branch or layer has an empty name")
        }
        guard names.insert(path).inserted else {
            throw error(.duplicateName, "the name '\(path)' is used twice")
        }
    }

    func error(_ code: NetworkError.Code, _ text: String) -> NetworkError {
        NetworkError(code, "network '\(network.name)': \(text)")
    }
}

import BranchyCompute

/// What layers append themselves to a program by.
extension NetworkLowering {
    mutating func append(
        _ layers: [Layer], to source: Program.Value, prefix: String
    ) throws(NetworkError) -> Program.Value {
        var value = source
        for layer in layers {
            value = try layer.content.layer.lower(value, in: &self, prefix: prefix)
        }
        return value
    }

    /// Appends an instruction of a layer.
    ///
    /// - Parameter place: how errors name the layer.
    mutating func append(
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

    /// A weight, and a bias where there is one, under the name of a layer.
    mutating func parameters(
        _ path: String, _ weight: Shape, hasBias: Bool
    ) throws(NetworkError) -> [Program.Value] {
        try claim(path)
        let weightValue = program.addParameter(path + ".weight", weight)
        return hasBias
            ? [weightValue, program.addParameter(path + ".bias", [weight[0]])] : [weightValue]
    }

    /// The mask of a dropout, an input like what it masks.
    mutating func addMask(
        of path: String, rate: Float, like source: Program.Value
    ) throws(NetworkError) -> Program.Value {
        try claim(path)
        let mask = NetworkProgram.Mask(input: "mask of \(path)", rate: rate)
        masks.append(mask)
        return program.addInput(mask.input, program.type(of: source))
    }

    /// Outputs for the statistics of a batch, which are a normalization's second and third result.
    mutating func addStatistics(of path: String, _ results: [Program.Value]) {
        let shape = program.type(of: results[0]).shape
        let statistics = NetworkProgram.BatchStatistics(
            name: path, meanOutput: "mean of \(path)", varianceOutput: "variance of \(path)",
            count: shape[1] * shape[2])
        program.addOutput(statistics.meanOutput, results[1])
        program.addOutput(statistics.varianceOutput, results[2])
        batchStatistics.append(statistics)
    }
}

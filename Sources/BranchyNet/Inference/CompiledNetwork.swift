package import BranchyCompute

/// A network that an engine compiled for inference, with the places of its image and logits.
package struct CompiledNetwork: Sendable {
    package let network: BranchedNetwork
    package let executable: any Executable
    package let imageInput: Int
    /// The output that carries the logits of each exit.
    package let logitsOutputs: [Int]

    /// - Throws: `NetworkError` where the description does not make a network, `EngineError` where
    ///   the engine cannot run it or the parameters do not fit it.
    package init(
        _ network: BranchedNetwork, parameters: consuming ParameterStore, engine: any Engine,
        batchSize: Int
    ) throws {
        let (program, folded) = try network.inferenceProgram().program
            .foldingBatchNormalization(with: consume parameters)
        self.network = network
        self.executable = try engine.compile(
            program, batchSize: batchSize, parameters: consume folded)
        self.imageInput = try Self.index(
            program.inputIndex(named: NetworkProgram.imageInput), NetworkProgram.imageInput)
        let outputs = program.outputs.enumerated().reduce(into: [:]) {
            $0[$1.element.name] = $1.offset
        }
        self.logitsOutputs = try (0..<network.exitCount).map { exit in
            let name = NetworkProgram.logitsOutput(ofExit: exit)
            return try Self.index(outputs[name], name)
        }
    }

    private static func index(_ index: Int?, _ name: String) throws(NetworkError) -> Int {
        guard let index else {
            throw NetworkError(.invalidValue, "the network's program has no '\(name)'")
        }
        return index
    }

    /// Refuses a number of values that is not a whole number of images.
    ///
    /// - Returns: how many images there are.
    package func imageCount(of scalarCount: Int) throws(NetworkError) -> Int {
        let (count, rest) = scalarCount.quotientAndRemainder(
            dividingBy: network.inputShape.elementCount)
        guard rest == 0 else {
            throw NetworkError(
                .shapeMismatch,
                "\(scalarCount) values are not a number of images of shape \(network.inputShape), "
                    + "which the network '\(network.name)' expects")
        }
        return count
    }
}

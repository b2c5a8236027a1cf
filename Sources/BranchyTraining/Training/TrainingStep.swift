import BranchyData
import BranchyNet
import Compute

/// One optimizer step, compiled: batch in, parameters changed.
struct TrainingStep: ~Copyable {
    private let recipe: Recipe
    private let optimizer: Adam
    private let executable: any Executable
    private let places: Places
    private var workspace: Workspace

    init(network: BranchedNetwork, recipe: Recipe, engine: any Engine) throws {
        let training = try network.trainingProgram()
        let executable = try engine.compile(
            training.program, batchSize: recipe.batchSize, parameters: ParameterStore())
        let places = try Places(network, training)
        self.workspace = try executable.makeWorkspace()
        self.executable = executable
        self.places = places
        self.recipe = recipe
        self.optimizer = recipe.adam
    }

    /// Where the program's inputs and outputs are.
    private struct Places {
        let image: Int
        let targets: Int
        let lossWeights: [Int]
        let losses: [Int]
        let masks: [(mask: NetworkProgram.Mask, input: Int)]
        /// Each parameter's input and its derivative's output; `nil` where no loss depends on it.
        let parameters: [(name: String, input: Int, gradient: Int?)]

        init(_ network: BranchedNetwork, _ training: NetworkProgram) throws {
            let program = training.program
            let exits = 0..<network.exitCount
            image = try program.requireInput(NetworkProgram.imageInput)
            targets = try program.requireInput(NetworkProgram.targetsInput)
            lossWeights = try exits.map {
                try program.requireInput(NetworkProgram.lossWeightsInput(ofExit: $0))
            }
            losses = try exits.map {
                try program.requireOutput(NetworkProgram.lossOutput(ofExit: $0))
            }
            masks = try training.masks.map { ($0, try program.requireInput($0.input)) }
            parameters = try network.plainProgram().program.parameters.map { port in
                (
                    port.name, try program.requireInput(port.name),
                    program.outputIndex(named: Program.gradientName(of: port.name))
                )
            }
        }
    }

    /// Makes a step on a batch.
    ///
    /// - Returns: the joint loss, a mean over the batch.
    mutating func run(
        _ batch: LoadedBatch, learningRate: Double, _ state: inout TrainingState
    ) throws -> Float {
        workspace.withInput(places.image) { images in
            for index in batch.images.indices { images[index] = batch.images[index] }
        }
        workspace.withTargets(places.targets) { labels in
            for index in batch.labels.indices { labels[index] = batch.labels[index] }
        }
        writeLossWeights(sampleCount: batch.count)
        writeMasks(atStep: state.step)
        for parameter in places.parameters {
            guard let tensor = state.parameters[parameter.name] else { continue }
            workspace.withInput(parameter.input) { input in
                for index in input.indices { input[index] = tensor.scalars[index] }
            }
        }
        for segment in executable.program.segments.indices {
            try executable.run(segment, in: &workspace)
        }
        update(&state, learningRate: learningRate)
        return places.losses.reduce(0) { sum, loss in sum + workspace.withOutput(loss) { $0[0] } }
    }

    /// A mean over the samples of a batch; rows that a short batch leaves over count nothing.
    private mutating func writeLossWeights(sampleCount: Int) {
        for (exit, input) in places.lossWeights.enumerated() {
            let weight = Float(recipe.lossWeights[exit] / Double(sampleCount))
            workspace.withInput(input) { weights in
                for row in weights.indices { weights[row] = row < sampleCount ? weight : 0 }
            }
        }
    }

    private mutating func writeMasks(atStep step: Int) {
        for (number, (mask, input)) in places.masks.enumerated() {
            var generator = SplitMix64(
                seed: recipe.seed,
                stream: RandomPurpose.dropout.rawValue, UInt64(step), UInt64(number))
            let kept = 1 / (1 - mask.rate)
            workspace.withInput(input) { scalars in
                for index in scalars.indices {
                    scalars[index] = generator.nextUnitFloat() < mask.rate ? 0 : kept
                }
            }
        }
    }

    private func update(_ state: inout TrainingState, learningRate: Double) {
        let step = state.step + 1
        for parameter in places.parameters {
            guard let output = parameter.gradient else { continue }
            let name = parameter.name
            _ = state.parameters.withMutableScalars(of: name) { scalars in
                state.moments.mean.withMutableScalars(of: name) { mean in
                    state.moments.square.withMutableScalars(of: name) { square in
                        workspace.withOutput(output) { gradient in
                            optimizer.update(
                                &scalars, along: gradient, mean: &mean, square: &square,
                                learningRate: learningRate, step: step)
                        }
                    }
                }
            }
        }
    }
}

extension Program {
    fileprivate func requireInput(_ name: String) throws(NetworkError) -> Int {
        guard let index = inputIndex(named: name) else {
            throw NetworkError(.invalidValue, "the training program has no input '\(name)'")
        }
        return index
    }

    fileprivate func requireOutput(_ name: String) throws(NetworkError) -> Int {
        guard let index = outputIndex(named: name) else {
            throw NetworkError(.invalidValue, "the training program has no output '\(name)'")
        }
        return index
    }
}

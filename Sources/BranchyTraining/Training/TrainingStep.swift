import BranchyCompute
import BranchyData
import BranchyNet

/// One optimizer step, compiled: batch in, parameters changed.
struct TrainingStep: ~Copyable {
    private let recipe: Recipe
    private let optimizer: Optimizer
    private let executable: any Executable
    private let places: Places
    /// What an image of each class counts.
    private let classWeights: [Float]
    private var workspace: Workspace

    /// - Parameter classWeights: what an image of each class counts, besides its exit.
    init(
        network: BranchedNetwork, recipe: Recipe, classWeights: [Float], engine: any Engine
    ) throws {
        let training = try network.trainingProgram(labelSmoothing: recipe.labelSmoothing)
        let executable = try engine.compile(
            recipe.precision.applied(to: training.program), batchSize: recipe.batchSize,
            parameters: ParameterStore())
        let places = try Places(network, training, batchSize: recipe.batchSize)
        self.workspace = try executable.makeWorkspace()
        self.executable = executable
        self.places = places
        self.classWeights = classWeights
        self.recipe = recipe
        self.optimizer = Optimizer(recipe.optimizer)
    }

    /// Where the program's inputs and outputs are.
    private struct Places {
        let image: Int
        let targets: Int
        let lossWeights: [Int]
        let losses: [Int]
        let masks: [(mask: NetworkProgram.Mask, input: Int)]
        let parameters: [Parameter]
        let statistics: [RunningStatistics]

        struct Parameter {
            let name: String
            let input: Int
            /// The output of its derivative; `nil` where no loss depends on it.
            let gradient: Int?
            /// Decay keeps maps small, and so smooth. What has one number per channel only sets a
            /// level or a scale: biases, and the parameters of batch normalization. (He, T. et al.,
            /// *Bag of Tricks*, CVPR 2019, section 3.1.)
            let decays: Bool
        }

        init(
            _ network: BranchedNetwork, _ training: NetworkProgram, batchSize: Int
        ) throws {
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
            let plain = try network.plainProgram().program
            // Running values are no inputs of training.
            let running = Set(
                training.batchStatistics.flatMap { [$0.runningMean, $0.runningVariance] })
            parameters = try plain.parameters.filter { !running.contains($0.name) }.map { port in
                Parameter(
                    name: port.name, input: try program.requireInput(port.name),
                    gradient: program.outputIndex(named: Program.gradientName(of: port.name)),
                    decays: plain.type(of: port.value).shape.rank > 1)
            }
            statistics = try training.batchStatistics.map {
                try RunningStatistics(of: $0, in: program, batchSize: batchSize)
            }
        }
    }

    /// Makes a step on a batch.
    ///
    /// - Returns: the joint loss, a mean over the batch, and whether the changed parameters are
    ///   finite.
    mutating func run(
        _ batch: LoadedBatch, learningRate: Double, _ state: inout TrainingState
    ) throws -> (loss: Float, isFinite: Bool) {
        workspace.withInput(places.image) { images in
            for index in batch.images.indices { images[index] = batch.images[index] }
        }
        workspace.withTargets(places.targets) { labels in
            for index in batch.labels.indices { labels[index] = batch.labels[index] }
        }
        writeLossWeights(of: batch.labels)
        writeMasks(atStep: state.step)
        writeParameters(state.parameters)
        for segment in executable.program.segments.indices {
            try executable.run(segment, in: &workspace)
        }
        let isFinite = update(&state, learningRate: learningRate)
        let loss = places.losses.reduce(0) { sum, loss in
            sum + workspace.withOutput(loss) { $0[0] }
        }
        return (loss, isFinite)
    }

    private mutating func writeParameters(_ parameters: ParameterStore) {
        for parameter in places.parameters {
            // Asked for once: each time it is a call into another module.
            guard let scalars = parameters[parameter.name]?.scalars else { continue }
            workspace.withInput(parameter.input) { input in
                for index in input.indices { input[index] = scalars[index] }
            }
        }
    }

    /// A mean over the samples of a batch; rows that a short batch leaves over count nothing.
    private mutating func writeLossWeights(of labels: [Int32]) {
        let classWeights = classWeights
        for (exit, input) in places.lossWeights.enumerated() {
            let weight = Float(recipe.lossWeights[exit] / Double(labels.count))
            workspace.withInput(input) { weights in
                for row in weights.indices {
                    weights[row] = row < labels.count ? weight * classWeights[Int(labels[row])] : 0
                }
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

    /// - Returns: whether the changed parameters are finite.
    private func update(_ state: inout TrainingState, learningRate: Double) -> Bool {
        let pace = Optimizer.Pace(
            step: state.step + 1, learningRate: learningRate, gradientScale: gradientScale)
        let withoutDecay = optimizer.withoutWeightDecay
        var areFinite = true
        for parameter in places.parameters {
            guard let output = parameter.gradient else { continue }
            let optimizer = parameter.decays ? optimizer : withoutDecay
            let isFinite = workspace.withOutput(output) { gradient in
                optimizer.update(
                    parameter.name, of: &state.parameters, along: gradient, &state.moments,
                    at: pace)
            }
            areFinite = areFinite && isFinite
        }
        for statistics in places.statistics {
            let isFinite = statistics.update(&state.parameters, from: workspace)
            areFinite = areFinite && isFinite
        }
        if recipe.optimizer.averageDecay > 0 {
            WeightAverage(decay: recipe.optimizer.averageDecay).update(
                &state.average, towards: state.parameters, step: pace.step)
        }
        return areFinite
    }

    /// What shortens the gradients where they are too long together.
    private var gradientScale: Float {
        let clipping = GradientClipping(maximumNorm: recipe.optimizer.maximumGradientNorm)
        guard clipping.maximumNorm.isFinite else { return 1 }
        let sum = places.parameters.compactMap(\.gradient).reduce(0) { sum, output in
            sum + workspace.withOutput(output) { GradientClipping.sumOfSquares($0) }
        }
        return clipping.scale(forSumOfSquares: sum)
    }
}

extension Program {
    fileprivate func requireInput(_ name: String) throws(NetworkError) -> Int {
        guard let index = inputIndex(named: name) else {
            throw NetworkError(.invalidValue, "the training program has no input '\(name)'")
        }
        return index
    }

    func requireOutput(_ name: String) throws(NetworkError) -> Int {
        guard let index = outputIndex(named: name) else {
            throw NetworkError(.invalidValue, "the training program has no output '\(name)'")
        }
        return index
    }
}

import BranchyCompute
import BranchyData
import BranchyNet

/// One optimizer step of a phase, compiled: batch in, parameters changed.
struct TrainingStep: ~Copyable {
    /// What it trains.
    let phase: TrainingPhase
    private let recipe: Recipe
    private let optimizer: Optimizer
    private let executable: any Executable
    private let places: Places
    /// What an image of each class counts.
    private let classWeights: [Float]
    private var workspace: Workspace

    /// - Parameters:
    ///   - inputNames: of the inputs that a batch fills, in its order.
    ///   - classWeights: what an image of each class counts, besides its exit.
    init(
        network: BranchedNetwork, recipe: Recipe, phase: TrainingPhase, inputNames: [String],
        classWeights: [Float], engine: any Engine
    ) throws {
        let training = try recipe.program(toTrain: network, in: phase)
        let executable = try engine.compile(
            recipe.precision.applied(to: training.program), batchSize: recipe.batchSize,
            parameters: ParameterStore())
        let places = try Places(
            of: recipe, phase, network, training, inputNames: inputNames)
        self.workspace = try executable.makeWorkspace()
        self.executable = executable
        self.places = places
        self.classWeights = classWeights
        self.recipe = recipe
        self.phase = phase
        self.optimizer = Optimizer(recipe.optimizer)
    }

    /// Makes a step on a batch.
    ///
    /// - Parameter number: which of the phase, counted from 1.
    /// - Returns: the joint loss, a mean over the batch, and whether the changed parameters are
    ///   finite.
    mutating func run(
        _ batch: TrainingBatch, number: Int, learningRate: Double, _ state: inout TrainingState
    ) throws -> (loss: Float, isFinite: Bool) {
        for (input, numbers) in zip(places.inputs, batch.inputs) { fill(input, with: numbers) }
        let ownShare = batch.partners?.ownShare ?? 1
        write(batch.labels, share: ownShare, to: places.targets)
        if let teacher = places.teacher {
            let taught = Float(recipe.distillation.weight)
            if let probabilities = batch.teacher {
                fill(teacher.probabilities, with: probabilities)
            }
            weigh(batch.labels, teacher.exits, teacher.lossWeights) { _ in taught }
        }
        if let partners = batch.partners, let places = places.partnerTargets {
            write(partners.labels, share: 1 - ownShare, to: places)
        }
        writeMasks(atStep: state.step)
        writeParameters(state.parameters)
        for segment in executable.program.segments.indices {
            if segment == places.lossSegment { teach(batch.count) }
            try executable.run(segment, in: &workspace)
        }
        let isFinite = update(
            &state, at: Optimizer.Pace(step: number, learningRate: learningRate))
        let loss = places.allLosses.reduce(0) { sum, loss in
            sum + workspace.withOutput(loss) { $0[0] }
        }
        return (loss, isFinite)
    }

    /// Hands on what the last exit has just said of a batch, where it teaches and learns along. It is an
    /// input, so that no derivative leads into it.
    private mutating func teach(_ count: Int) {
        guard let teacher = places.teacher, let output = teacher.logits else { return }
        let temperature = recipe.distillation.temperature
        let probabilities: [Float] = workspace.withOutput(output) { logits in
            let classes = logits.count / recipe.batchSize
            return (0..<count).flatMap { row in
                SoftTargets.probabilities(
                    of: (row * classes..<(row + 1) * classes).map { logits[$0] },
                    temperature: temperature)
            }
        }
        fill(teacher.probabilities, with: probabilities)
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

    /// Weighs a mean over the samples of a batch; rows that a short batch leaves over count nothing.
    ///
    /// - Parameter share: how much of each sample is of these classes.
    private mutating func write(_ labels: [Int32], share: Float, to places: Places.Targets) {
        workspace.withTargets(places.classes) { classes in
            for index in labels.indices { classes[index] = labels[index] }
        }
        let taught = Float(recipe.distillation.weight)
        let students = self.places.teacher?.exits ?? []
        weigh(labels, places.exits, places.lossWeights) { exit in
            students.contains(exit) ? share * (1 - taught) : share
        }
    }

    private mutating func fill(_ input: Int, with numbers: [Float]) {
        workspace.withInput(input) { input in
            for index in numbers.indices { input[index] = numbers[index] }
        }
    }

    /// - Parameter share: how much of each sample's loss at an exit it is.
    private mutating func weigh(
        _ labels: [Int32], _ exits: [Int], _ lossWeights: [Int], share: (Int) -> Float
    ) {
        let classWeights = classWeights
        for (exit, input) in zip(exits, lossWeights) {
            let weight = share(exit) * Float(recipe.lossWeights[exit] / Double(labels.count))
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
    private func update(_ state: inout TrainingState, at pace: Optimizer.Pace) -> Bool {
        let clipping = gradientScale
        var pace = pace
        let withoutDecay = optimizer.withoutWeightDecay
        var areFinite = true
        for parameter in places.parameters {
            guard let output = parameter.gradient else { continue }
            let optimizer = parameter.decays ? optimizer : withoutDecay
            pace.gradientScale = clipping * parameter.gradientScale
            let isFinite = workspace.withOutput(output) { [pace] gradient in
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
        let sum = places.parameters.reduce(0) { sum, parameter in
            guard let output = parameter.gradient else { return sum }
            let scale = Double(parameter.gradientScale)
            return sum + scale * scale
                * workspace.withOutput(output) { GradientClipping.sumOfSquares($0) }
        }
        return clipping.scale(forSumOfSquares: sum)
    }
}

import BranchyCompute
import BranchyNet

extension TrainingStep {
    /// Where the program's inputs and outputs are.
    struct Places {
        /// What a batch fills, in its order.
        let inputs: [Int]
        let targets: Targets
        /// The same of what samples were mixed with; `nil` where none are.
        let partnerTargets: Targets?
        /// What the last exit says, and what it weighs; `nil` where it teaches nothing.
        let teacher: Teacher?
        /// Before which the teacher speaks.
        let lossSegment: Int
        let masks: [(mask: NetworkProgram.Mask, input: Int)]
        let parameters: [Parameter]
        let statistics: [RunningStatistics]

        /// Classes of the samples, what they weigh in each exit's loss, and these losses.
        struct Targets {
            let classes: Int
            let exits: [Int]
            let lossWeights: [Int]
            let losses: [Int]

            init(
                _ classes: String, _ lossWeights: (Int) -> String, _ losses: (Int) -> String,
                ofExits exits: [Int], in program: Program
            ) throws {
                self.exits = exits
                self.classes = try program.requireInput(classes)
                self.lossWeights = try exits.map { try program.requireInput(lossWeights($0)) }
                self.losses = try exits.map { try program.requireOutput(losses($0)) }
            }
        }

        /// A teacher's probabilities, what samples weigh in each exit's loss against them, and these
        /// losses.
        struct Teacher {
            let probabilities: Int
            /// The teacher's logits, where it learns along; `nil` where it is frozen.
            let logits: Int?
            /// Those that learn from it.
            let exits: [Int]
            let lossWeights: [Int]
            let losses: [Int]

            init(_ teacher: Int, ofExits exits: [Int], in program: Program) throws {
                self.exits = exits
                logits = program.outputIndex(named: NetworkProgram.logitsOutput(ofExit: teacher))
                probabilities = try program.requireInput(NetworkProgram.teacherInput)
                lossWeights = try exits.map {
                    try program.requireInput(NetworkProgram.distillationWeightsInput(ofExit: $0))
                }
                losses = try exits.map {
                    try program.requireOutput(NetworkProgram.distillationLossOutput(ofExit: $0))
                }
            }
        }

        struct Parameter {
            let name: String
            let input: Int
            /// The output of its derivative; `nil` where no loss depends on it, or it stays as it is.
            let gradient: Int?
            /// What the derivative is multiplied by; see ``Recipe/gradientScales(of:)``.
            let gradientScale: Float
            /// Decay keeps maps small, and so smooth. What has one number per channel only sets a
            /// level or a scale: biases, and the parameters of batch normalization. (He, T. et al.,
            /// *Bag of Tricks*, CVPR 2019, section 3.1.)
            let decays: Bool
        }

        /// All of what is minimized.
        var allLosses: [Int] {
            targets.losses + (partnerTargets?.losses ?? []) + (teacher?.losses ?? [])
        }

        init(
            of recipe: Recipe, _ phase: TrainingPhase, _ network: BranchedNetwork,
            _ training: NetworkProgram, inputNames: [String]
        ) throws {
            let program = training.program
            let exits = (0..<network.exitCount).filter {
                program.outputIndex(named: NetworkProgram.lossOutput(ofExit: $0)) != nil
            }
            inputs = try inputNames.map { try program.requireInput($0) }
            targets = try Targets(
                NetworkProgram.targetsInput, NetworkProgram.lossWeightsInput,
                NetworkProgram.lossOutput, ofExits: exits, in: program)
            partnerTargets =
                recipe.data.mixesImages
                ? try Targets(
                    NetworkProgram.partnerTargetsInput, NetworkProgram.partnerLossWeightsInput,
                    NetworkProgram.partnerLossOutput, ofExits: exits, in: program) : nil
            let last = network.exitCount - 1
            teacher =
                program.inputIndex(named: NetworkProgram.teacherInput) != nil
                ? try Teacher(last, ofExits: exits.filter { $0 < last }, in: program) : nil
            lossSegment = NetworkProgram.lossSegment(ofExits: network.exitCount)
            masks = try training.masks.map { ($0, try program.requireInput($0.input)) }
            let scales = try recipe.gradientScales(of: network, trainingExits: phase.exits)
            // Running values are no inputs of training, nor is what only other phases train.
            parameters = try recipe.trainedParameters(of: network).compactMap { name, shape in
                program.inputIndex(named: name).map { input in
                    Parameter(
                        name: name, input: input,
                        gradient: program.outputIndex(named: Program.gradientName(of: name)),
                        gradientScale: scales[name] ?? 1,
                        decays: shape.rank > 1)
                }
            }
            statistics = try training.batchStatistics.map {
                try RunningStatistics(of: $0, in: program, batchSize: recipe.batchSize)
            }
        }
    }
}

extension Program {
    func requireInput(_ name: String) throws(NetworkError) -> Int {
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

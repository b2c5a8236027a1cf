import BranchyCompute
import BranchyNet

extension TrainingStep {
    /// Where the program's inputs and outputs are.
    struct Places {
        let image: Int
        let targets: Targets
        /// The same of what samples were mixed with; `nil` where none are.
        let partnerTargets: Targets?
        let masks: [(mask: NetworkProgram.Mask, input: Int)]
        let parameters: [Parameter]
        let statistics: [RunningStatistics]

        /// Classes of the samples, what they weigh in each exit's loss, and these losses.
        struct Targets {
            let classes: Int
            let lossWeights: [Int]
            let losses: [Int]

            init(
                _ classes: String, _ lossWeights: (Int) -> String, _ losses: (Int) -> String,
                ofExits exits: Range<Int>, in program: Program
            ) throws {
                self.classes = try program.requireInput(classes)
                self.lossWeights = try exits.map { try program.requireInput(lossWeights($0)) }
                self.losses = try exits.map { try program.requireOutput(losses($0)) }
            }
        }

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

        /// All of what is minimized.
        var allLosses: [Int] { targets.losses + (partnerTargets?.losses ?? []) }

        init(
            _ network: BranchedNetwork, _ training: NetworkProgram, mixesSamples: Bool,
            batchSize: Int
        ) throws {
            let program = training.program
            let exits = 0..<network.exitCount
            image = try program.requireInput(NetworkProgram.imageInput)
            targets = try Targets(
                NetworkProgram.targetsInput, NetworkProgram.lossWeightsInput,
                NetworkProgram.lossOutput, ofExits: exits, in: program)
            partnerTargets =
                mixesSamples
                ? try Targets(
                    NetworkProgram.partnerTargetsInput, NetworkProgram.partnerLossWeightsInput,
                    NetworkProgram.partnerLossOutput, ofExits: exits, in: program) : nil
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

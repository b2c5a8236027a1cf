import BranchyNet

extension Recipe {
    /// LeNet and the B-LeNets on MNIST; how its numbers were chosen is told in `docs/Training.md`.
    static func leNet(_ network: BranchedNetwork) -> Recipe {
        Recipe(
            network: network.name, dataset: "mnist", seed: 1, epochs: 30, batchSize: 128,
            lossWeights: [Double](repeating: 1, count: network.exitCount),
            thresholds: [Float](repeating: 0.3, count: network.exitCount - 1),
            optimizer: .init(name: .adam, learningRate: 0.006),
            schedule: .init(name: .oneCycle, warmup: 0.25),
            data: .init(
                validationImages: 5_000, calibrationImages: 5_000, shift: 2, mean: [0.1307],
                standardDeviation: [0.3081]))
    }
}

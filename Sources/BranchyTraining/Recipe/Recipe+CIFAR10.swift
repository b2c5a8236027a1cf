import BranchyNet

extension Recipe {
    /// The AlexNets on CIFAR-10. Thresholds have to be calibrated.
    ///
    /// From PyTorch's default weights the plain network spends its first epochs at one answer for
    /// all images; from He's it learns at once. Small batches and many epochs, since none of them
    /// comes to fit its training images.
    static func alexNet(_ network: BranchedNetwork) -> Recipe {
        Recipe(
            network: network.name, dataset: "cifar10-jpeg", seed: 1, epochs: 45, batchSize: 64,
            lossWeights: [Double](repeating: 1, count: network.exitCount), initialization: .he,
            thresholds: [],
            optimizer: .init(
                name: .sgd, learningRate: 0.025, momentum: 0.9, nesterov: true, weightDecay: 5e-4),
            schedule: .init(name: .cosine, warmup: 0.05),
            data: .cifar10(validationImages: 5_000, shift: 4))
    }

    /// The ResNets of 110 layers on CIFAR-10. Thresholds have to be calibrated.
    ///
    /// They are deep, and so start from He's weights and at a low rate (He et al., *Deep Residual
    /// Learning*, CVPR 2016, section 4.2). An epoch takes long and there are few of them: so small
    /// batches, for more steps in each, small shifts, and few images kept from training. Branches
    /// are trained from the weights of the plain network, for less long and at a lower rate.
    static func resNet110(_ network: BranchedNetwork) -> Recipe {
        let isBranched = network.exitCount > 1
        return Recipe(
            network: network.name, dataset: "cifar10-jpeg", seed: 1,
            epochs: isBranched ? 8 : 12, batchSize: 64,
            lossWeights: [Double](repeating: 1, count: network.exitCount), initialization: .he,
            thresholds: [],
            optimizer: .init(
                name: .sgd, learningRate: isBranched ? 0.02 : 0.04, momentum: 0.9, nesterov: true,
                weightDecay: 5e-4),
            schedule: .init(name: .cosine, warmup: 0.05),
            data: .cifar10(validationImages: 1_000, shift: 2))
    }
}

extension Recipe.DataRecipe {
    /// Random crops of images padded by `shift`, and flips; the training images' own statistics.
    fileprivate static func cifar10(validationImages: Int, shift: Int) -> Recipe.DataRecipe {
        Recipe.DataRecipe(
            validationImages: validationImages, calibrationImages: 5_000, shift: shift, flip: true,
            mean: [0.4914, 0.4822, 0.4465], standardDeviation: [0.2470, 0.2435, 0.2616])
    }
}

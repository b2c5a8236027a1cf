import BranchyData

extension Recipe {
    /// The most passes over the training images that a run may have.
    static let largestEpochs = 100_000

    /// Checks every value against its range.
    ///
    /// - Throws: ``TrainingError/Code/invalidRecipe``, naming key, value and range.
    public func validate() throws(TrainingError) {
        try require(
            1...Self.largestEpochs ~= epochs, "epochs", epochs, "1 to \(Self.largestEpochs)")
        try require(
            addedEpochs.allSatisfy { $0 > 0 } && totalEpochs <= Self.largestEpochs, "addedEpochs",
            addedEpochs, "numbers of 1 or more, with 'epochs' at most \(Self.largestEpochs) in all")
        try require(1...65_536 ~= batchSize, "batchSize", batchSize, "1 to 65536")
        try require(
            lossWeights.allSatisfy { $0.isFinite && $0 >= 0 } && lossWeights.contains { $0 > 0 },
            "lossWeights", lossWeights, "numbers of 0 or more, not all of them 0")
        try require(
            thresholds.allSatisfy { $0 >= 0 }, "thresholds", thresholds, "numbers of 0 or more")
        try require(
            0..<1 ~= labelSmoothing, "labelSmoothing", labelSmoothing, "0 to below 1")
        try validateOptimizer()
        try validateSchedule()
        try validateData()
        try validateVariation()
        try validateViews()
        try validateDistillation()
        try validateRegime()
        try require(
            !gradientEquilibrium || freeze == .none, "gradientEquilibrium", gradientEquilibrium,
            "false where 'freeze' is trunk: derivatives of exits do not meet there")
    }

    /// On a frozen trunk the last exit can only teach what it knows already; in joint training it learns
    /// along, from images as they are.
    private func validateDistillation() throws(TrainingError) {
        let (weight, temperature) = (distillation.weight, distillation.temperature)
        try require(0...1 ~= weight, "distillation.weight", weight, "0 to 1")
        try require(
            temperature > 0 && temperature <= 1_000, "distillation.temperature", temperature,
            "a number above 0, at most 1000")
        guard weight > 0 else { return }
        try require(
            freeze == .none || !newClasses, "distillation.weight", weight,
            "0 where 'freeze' is trunk and 'newClasses' is true: the last exit knows nothing yet")
        try require(
            lossWeights.count > 1, "distillation.weight", weight,
            "0 for a network with one exit, which has no other to learn from")
        try require(
            !data.mixesImages, "distillation.weight", weight,
            "0 where 'data.mixup' or 'data.cutmix' mixes images")
    }

    /// Features are computed of single images, a few times each.
    private func validateViews() throws(TrainingError) {
        try require(1...1_000 ~= data.views, "data.views", data.views, "1 to 1000")
        guard freeze == .trunk else {
            return try require(
                data.views == 1, "data.views", data.views, "1 where 'freeze' is none")
        }
        try require(
            !data.mixesImages, "data.mixup and data.cutmix", [data.mixup, data.cutmix],
            "0 where 'freeze' is trunk")
        let isVaried =
            data.shift > 0 || data.flip || data.cropArea < 1 || data.erasing.probability > 0
            || data.colorJitter != .init()
        try require(
            !isVaried || data.views > 1, "data.views", data.views,
            "2 or more where images are varied and 'freeze' is trunk: the first view is of images "
                + "as they are")
        try require(
            isVaried || data.views == 1, "data.views", data.views,
            "1 where images are not varied, or some variation, such as data.flip=true")
    }

    private func validateOptimizer() throws(TrainingError) {
        let key = "optimizer."
        try require(
            optimizer.learningRate.isFinite && optimizer.learningRate > 0, key + "learningRate",
            optimizer.learningRate, "a number above 0")
        try require(0..<1 ~= optimizer.beta1, key + "beta1", optimizer.beta1, "0 to below 1")
        try require(0..<1 ~= optimizer.beta2, key + "beta2", optimizer.beta2, "0 to below 1")
        // In the precision of the parameters, where 1e-50 is 0 and 0 / 0 would follow.
        let epsilon = Float(optimizer.epsilon)
        try require(
            epsilon.isFinite && epsilon > 0, key + "epsilon", optimizer.epsilon,
            "a number above 0 in single precision")
        try require(
            0..<1 ~= optimizer.momentum, key + "momentum", optimizer.momentum, "0 to below 1")
        try require(
            optimizer.weightDecay.isFinite && optimizer.weightDecay >= 0, key + "weightDecay",
            optimizer.weightDecay, "a number of 0 or more")
        try require(
            optimizer.maximumGradientNorm > 0, key + "maximumGradientNorm",
            optimizer.maximumGradientNorm, "a number above 0, or .inf to clip nothing")
        // In single precision, where an average that keeps all of itself would never move.
        try require(
            optimizer.averageDecay >= 0 && Float(1 - optimizer.averageDecay) > 0,
            key + "averageDecay", optimizer.averageDecay, "0 to below 1")
    }

    private func validateSchedule() throws(TrainingError) {
        let key = "schedule."
        try require(0...1 ~= schedule.warmup, key + "warmup", schedule.warmup, "0 to 1")
        let milestones = schedule.milestones
        try require(
            milestones.allSatisfy { 0...1 ~= $0 }
                && zip(milestones, milestones.dropFirst()).allSatisfy { $0 < $1 },
            key + "milestones", milestones, "ascending numbers of 0 to 1")
        try require(
            schedule.decay > 0 && schedule.decay <= 1, key + "decay", schedule.decay,
            "a number above 0, at most 1")
    }

    private func validateData() throws(TrainingError) {
        let key = "data."
        try require(
            data.validationImages >= 1, key + "validationImages", data.validationImages,
            "1 or more")
        try require(
            data.calibrationImages >= 0, key + "calibrationImages", data.calibrationImages,
            "0 or more")
        try require(
            data.trainingImages >= 0, key + "trainingImages", data.trainingImages, "0 or more")
        try require(0...16_384 ~= data.resize, key + "resize", data.resize, "0 to 16384")
        try require(
            data.cropArea > 0 && data.cropArea <= 1, key + "cropArea", data.cropArea,
            "a number above 0, at most 1")
        try require(0...64 ~= data.shift, key + "shift", data.shift, "0 to 64")
        try require(data.mean.allSatisfy(\.isFinite), key + "mean", data.mean, "numbers")
        try require(
            data.standardDeviation.allSatisfy { $0.isFinite && $0 > 0 },
            key + "standardDeviation", data.standardDeviation, "numbers above 0")
    }

    private func validateVariation() throws(TrainingError) {
        let jitter = data.colorJitter
        for (key, strength) in [
            ("brightness", jitter.brightness), ("contrast", jitter.contrast),
            ("saturation", jitter.saturation),
        ] {
            try require(
                ColorJitter.range ~= strength, "data.colorJitter." + key, strength, "0 to 10")
        }
        try require(
            ColorJitter.hueRange ~= jitter.hue, "data.colorJitter.hue", jitter.hue, "0 to 0.5")
        try validateErasing()
        for (key, parameter) in [("mixup", data.mixup), ("cutmix", data.cutmix)] {
            try require(BatchMixing.range ~= parameter, "data." + key, parameter, "0 to 100")
        }
    }

    private func validateErasing() throws(TrainingError) {
        let (key, erasing) = ("data.erasing.", data.erasing)
        try require(
            0...1 ~= erasing.probability, key + "probability", erasing.probability, "0 to 1")
        let (scale, ratio) = (erasing.scale, erasing.ratio)
        try require(
            scale.count == 2 && 0 <= scale[0] && scale[0] <= scale[1] && scale[1] <= 1,
            key + "scale", scale, "two numbers of 0 to 1, the smaller one first")
        try require(
            ratio.count == 2 && 0 < ratio[0] && ratio[0] <= ratio[1] && ratio[1].isFinite,
            key + "ratio", ratio, "two numbers above 0, the smaller one first")
        guard case .number(let number) = erasing.value else { return }
        try require(number.isFinite, key + "value", number, "a number, or random")
    }

    func require(
        _ condition: Bool, _ key: String, _ found: Any, _ expected: String
    ) throws(TrainingError) {
        guard condition else {
            throw TrainingError(
                .invalidRecipe, "recipe: '\(key)' is \(found), expected \(expected)")
        }
    }
}

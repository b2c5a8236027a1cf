import BranchyNet

// Runs that were begun before some keys were there go on without what these say.
extension Recipe {
    enum CodingKeys: String, CodingKey {
        case network, dataset, seed, epochs, addedEpochs, batchSize, precision, lossWeights
        case regime, labelSmoothing, gradientEquilibrium, distillation, freeze, newClasses
        case initialization, thresholds, optimizer, schedule, data
    }

    /// Reads a recipe as a run or a file keeps it.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            network: try values.decode(String.self, forKey: .network),
            dataset: try values.decode(String.self, forKey: .dataset),
            seed: try values.decode(UInt64.self, forKey: .seed),
            epochs: try values.decode(Int.self, forKey: .epochs),
            addedEpochs: try values.decodeIfPresent([Int].self, forKey: .addedEpochs) ?? [],
            batchSize: try values.decode(Int.self, forKey: .batchSize),
            precision: try values.decode(Precision.self, forKey: .precision),
            lossWeights: try values.decode([Double].self, forKey: .lossWeights),
            regime: try values.decodeIfPresent(RegimeRecipe.self, forKey: .regime) ?? .init(),
            labelSmoothing: try values.decode(Float.self, forKey: .labelSmoothing),
            gradientEquilibrium: try values.decodeIfPresent(
                Bool.self, forKey: .gradientEquilibrium) ?? false,
            distillation: try values.decodeIfPresent(
                DistillationRecipe.self, forKey: .distillation) ?? .init(),
            freeze: try values.decodeIfPresent(Freezing.self, forKey: .freeze) ?? .none,
            newClasses: try values.decodeIfPresent(Bool.self, forKey: .newClasses) ?? false,
            initialization: try values.decode(Initialization.self, forKey: .initialization),
            thresholds: try values.decode([Float].self, forKey: .thresholds),
            optimizer: try values.decode(OptimizerRecipe.self, forKey: .optimizer),
            schedule: try values.decode(ScheduleRecipe.self, forKey: .schedule),
            data: try values.decode(DataRecipe.self, forKey: .data))
    }
}

extension Recipe.DataRecipe {
    enum CodingKeys: String, CodingKey {
        case validationImages, calibrationImages, trainingImages, classWeights, shift, flip, mean
        case standardDeviation, resize, stretch, interpolation, cropArea, cropSource
        case colorJitter, erasing, mixup, cutmix, views
        case skipDamaged, allowDuplicates
    }

    /// Reads what a recipe says of data.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            validationImages: try values.decode(Int.self, forKey: .validationImages),
            calibrationImages: try values.decode(Int.self, forKey: .calibrationImages),
            trainingImages: try values.decode(Int.self, forKey: .trainingImages),
            shift: try values.decode(Int.self, forKey: .shift),
            flip: try values.decode(Bool.self, forKey: .flip),
            mean: try values.decode([Float].self, forKey: .mean),
            standardDeviation: try values.decode([Float].self, forKey: .standardDeviation))
        classWeights =
            try values.decodeIfPresent(ClassWeighting.self, forKey: .classWeights) ?? classWeights
        resize = try values.decodeIfPresent(Int.self, forKey: .resize) ?? resize
        stretch = try values.decodeIfPresent(Bool.self, forKey: .stretch) ?? stretch
        interpolation =
            try values.decodeIfPresent(ImageGeometry.Interpolation.self, forKey: .interpolation)
            ?? interpolation
        cropArea = try values.decodeIfPresent(Double.self, forKey: .cropArea) ?? cropArea
        cropSource =
            try values.decodeIfPresent(CropSource.self, forKey: .cropSource) ?? cropSource
        colorJitter =
            try values.decodeIfPresent(Recipe.ColorJitterRecipe.self, forKey: .colorJitter)
            ?? colorJitter
        erasing =
            try values.decodeIfPresent(Recipe.ErasingRecipe.self, forKey: .erasing) ?? erasing
        mixup = try values.decodeIfPresent(Double.self, forKey: .mixup) ?? mixup
        cutmix = try values.decodeIfPresent(Double.self, forKey: .cutmix) ?? cutmix
        views = try values.decodeIfPresent(Int.self, forKey: .views) ?? views
        skipDamaged = try values.decodeIfPresent(Bool.self, forKey: .skipDamaged) ?? skipDamaged
        allowDuplicates =
            try values.decodeIfPresent(Bool.self, forKey: .allowDuplicates) ?? allowDuplicates
    }
}

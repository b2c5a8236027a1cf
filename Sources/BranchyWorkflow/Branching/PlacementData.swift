import BranchyCompute
import BranchyData
import BranchyEvaluation
import BranchyNet
import BranchyTraining

/// The pictures that say where exits go, dealt out as the training of the heads will deal them out: no
/// picture that calibrates or tests is looked at.
struct PlacementData {
    /// Fewer tell nothing of thresholds.
    private static let leastValidation = ThresholdCalibrator.minimumSampleCount
    /// As many pin an accuracy down to a point.
    private static let mostValidation = 2_000
    private static let leastTraining = 100

    let recipe: Recipe
    let training: TrainingSplit
    let validation: ValidationSplit

    /// - Parameter featureByteCount: of an image, on disk.
    init(
        for plain: TrainedModel, _ options: PlacementOptions, featureByteCount: Int,
        _ observer: WorkflowObserver
    ) throws {
        var recipe = Recipe.heads(of: plain)
        recipe.dataset = options.data.dataset ?? recipe.dataset
        let folder = DataFolder(options.data, within: options.memory)
        let found = try folder.find(recipe.dataset, skipsDamaged: false, observer)
        recipe = try found.adapt(recipe, to: plain.network, standard: recipe, observer)
        recipe.data.trainingImages = try Self.imageCount(options, featureByteCount)
        recipe.epochs = options.epochs
        let splits = try Self.suggestingNewClasses {
            try folder.splits(
                of: recipe, found, shape: plain.network.inputShape,
                geometry: recipe.data.geometry, classNames: plain.classNames, isVaried: true,
                observer)
        }
        training = splits.training
        validation = ValidationSplit(try splits.validation.dataset.prefix(Self.mostValidation))
        self.recipe = recipe
        guard validation.count >= Self.leastValidation else {
            throw CalibrationError(
                .tooFewSamples,
                "\(validation.name) has \(validation.count) images for validation, expected at "
                    + "least \(Self.leastValidation) to choose exits by; name places by --at, such "
                    + "as --at 30%,60%")
        }
    }

    /// As many images as are asked for and have room.
    private static func imageCount(
        _ options: PlacementOptions, _ featureByteCount: Int
    ) throws -> Int {
        let most = options.diskByteCount / max(featureByteCount, 1)
        guard most >= leastTraining else {
            let needed = featureByteCount.multipliedSaturating(by: leastTraining)
            throw ModelError(
                .unwritable,
                "features of an image take \(Format.bytes(featureByteCount)), so that "
                    + "\(leastTraining) images, the fewest to learn from, take "
                    + "\(Format.memory(needed)) of disk, and the limit is "
                    + "\(Format.memory(options.diskByteCount)); raise it by --disk, or ask for "
                    + "--head linear")
        }
        return min(options.images, most)
    }

    private static func suggestingNewClasses<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as DatasetError where error.code == .invalidDataset {
            throw DatasetError(
                .invalidDataset,
                "\(error.message). Where the data have other classes than the model, give it these "
                    + "first: branchynet train MODEL --freeze trunk --new-classes --dataset DATA "
                    + "--output OTHER, and then branch OTHER")
        }
    }
}

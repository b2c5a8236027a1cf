import BranchyCompute
package import BranchyData
import BranchyNet
import BranchyTraining

/// A data set that was found, before images are taken of it.
package enum FoundDataset {
    /// One that is read as a whole.
    case parts(train: ImageDataset, test: ImageDataset)
    /// A folder, archive or table that was looked at.
    case folder(ImageFolderSurvey, name: String)

    /// The images that could not be read, from the folder on.
    var damagedImages: [String] {
        guard case .folder(let survey, _) = self else { return [] }
        return survey.damaged.map(\.path)
    }

    /// The images of a folder without a test part, as a run has to keep them; `nil` of any other.
    func dealt(seed: UInt64) throws -> DealtImages? {
        guard case .folder(let survey, _) = self else { return nil }
        return try survey.dealt(seed: seed)
    }

    /// Both parts.
    ///
    /// - Parameters:
    ///   - request: what is wanted of a folder.
    ///   - observer: told what becomes of the cache.
    /// - Throws: `DatasetError` where it cannot be had, `ModelError` where a cache cannot be written,
    ///   ``Interrupted``.
    package func load(
        _ request: ImageFolder.Request, _ observer: WorkflowObserver
    ) throws -> (train: ImageDataset, test: ImageDataset) {
        switch self {
        case .parts(let train, let test): return (train, test)
        case .folder(let survey, let name):
            return try ImageFolder.load(survey, name: name, request) { event in
                switch event {
                case .discarded(let path, let reason):
                    observer.tell(.note("note: \(path) \(reason); it is made anew"))
                case .making(let done, let count):
                    try observer.step("keeping decoded images of \(name)", done, of: count)
                }
            }
        }
    }

    /// Brings a network whose size follows the data to theirs: of a folder where most pictures are
    /// smaller, since more pixels than there are tell nothing, and of images in memory to what they
    /// are.
    func fit(_ network: inout BranchedNetwork, _ observer: WorkflowObserver) {
        guard network.sizeFollowsData else { return }
        let own = network.inputShape[1]
        switch self {
        case .parts(let train, _):
            guard train.imageShape[1] == train.imageShape[2] else { return }
            network = network.resized(toSide: train.imageShape[1])
        case .folder(let survey, _):
            guard let side = survey.medianShorterSide, side < own else { return }
            network = network.resized(toSide: max(Self.smallestSide, side / 8 * 8))
        }
        guard network.inputShape[1] != own else { return }
        let side = network.inputShape[1]
        observer.tell(
            .note(
                "note: \(network.name) reads \(side) x \(side) pixels, as the images have; --size "
                    + "takes another size"))
    }

    private static let smallestSide = 32

    /// A recipe whose numbers suit these data, where nobody chose them.
    ///
    /// Held out are at most as many images as the recipe says. Of a folder of images it is a share,
    /// and a floor: 15 % each, at least 20 of a class, at most a quarter. Pictures of other sizes
    /// than the network's are brought to it.
    ///
    /// - Parameters:
    ///   - recipe: what was asked for.
    ///   - network: what is trained. What differs from its standard recipe was chosen, and stays.
    ///   - standard: what is taken for its standard recipe instead.
    ///   - observer: told what was changed.
    func adapt(
        _ recipe: Recipe, to network: BranchedNetwork, standard: Recipe? = nil,
        _ observer: WorkflowObserver
    ) throws -> Recipe {
        let standard = try standard ?? recipe.standard(for: network)
        let shape = network.inputShape
        guard case .folder(let survey, _) = self else { return recipe }
        var recipe = recipe
        let count = try survey.trainingCount(seed: recipe.seed)
        if recipe.data.geometry == nil, survey.hasImages(otherThan: shape) {
            recipe.data.resize = Self.standardResize(to: shape)
            observer.tell(
                .note(
                    "note: images have other sizes than the network's; they are brought to "
                        + "\(recipe.data.resize) pixels on their shorter side and the middle "
                        + "\(shape[1]) x \(shape[2]) is taken"))
        }
        let held = Self.heldCount(of: count, classCount: survey.classNames.count)
        if recipe.data.validationImages == standard.data.validationImages {
            recipe.data.validationImages = min(recipe.data.validationImages, held)
        }
        if recipe.data.calibrationImages == standard.data.calibrationImages {
            recipe.data.calibrationImages = min(recipe.data.calibrationImages, held)
        }
        if recipe.batchSize == standard.batchSize {
            recipe.batchSize = min(recipe.batchSize, max(2, count / 10))
        }
        tell(of: recipe, standard, forImages: count, observer)
        return recipe
    }

    private func tell(
        of recipe: Recipe, _ standard: Recipe, forImages count: Int, _ observer: WorkflowObserver
    ) {
        var changes: [String] = []
        for (key, new, old) in [
            ("data.validationImages", recipe.data.validationImages, standard.data.validationImages),
            (
                "data.calibrationImages", recipe.data.calibrationImages,
                standard.data.calibrationImages
            ),
            ("batchSize", recipe.batchSize, standard.batchSize),
        ] where new < old {
            changes.append("\(key) \(new) (\(old))")
        }
        guard !changes.isEmpty else { return }
        observer.tell(
            .note(
                "note: of \(Format.grouped(count)) images, less than usual: "
                    + changes.joined(separator: ", ")))
    }

    /// How many images are held out for each purpose.
    private static func heldCount(of count: Int, classCount: Int) -> Int {
        let share = Int((Double(count) * 0.15).rounded())
        return max(1, share, min(20 * classCount, count / 4))
    }

    /// What torchvision's recipes have: 256 before 224 are cut out.
    private static func standardResize(to shape: Shape) -> Int {
        (max(shape[1], shape[2]) * 8 + 3) / 7
    }
}

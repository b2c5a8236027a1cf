public import BranchyCompute
import BranchyImages
public import BranchyNet

extension ImageFolder {
    /// What is wanted of a folder of images.
    public struct Request: Hashable, Sendable {
        /// What images become, `[C, H, W]`; `nil` to take the size and channels that all have.
        public var shape: Shape?
        /// How images of other sizes become that; `nil` where there are none.
        public var geometry: ImageGeometry?
        /// What images become before parts of them are cut out while training, `[C, H, W]`; `nil` to
        /// cut them out of the files. Where the images stay in memory it says nothing.
        public var cropShape: Shape?
        /// Whether images that cannot be read are left out.
        public var skipsDamaged = false
        /// Whether images may be in the training and in the test part.
        public var allowsDuplicates = false
        /// What selects the test images of a folder that has no test part.
        public var seed: UInt64 = 0
        /// Where decoded images are kept for later runs; `nil` to decode them each time.
        public var cache: ImageCachePlace?
        /// What is refused rather than read.
        public var limits = Limits()

        /// Images as they are.
        public init() {}
    }

    /// Of a folder without a test part, this share of each class becomes one.
    public static let testShare = 0.15

    /// So many bytes of pixels at most are decoded at once and held; of more, files are decoded
    /// again in each epoch.
    static let heldByteCount = 200_000_000

    /// What is said where a file turns out to be damaged.
    static let damageRemedy =
        "`branchynet datasets check` finds all of them, `--skip-damaged` trains without them"

    /// Both parts of a folder that was looked at.
    ///
    /// - Parameters:
    ///   - survey: of the folder.
    ///   - name: what the data is called in results.
    ///   - request: what is wanted of it.
    ///   - observe: told what becomes of the cache, where there is to be one.
    /// - Throws: ``DatasetError`` of code `malformedFile` where images cannot be read, `invalidDataset`
    ///   where a class is empty or in one part only, or images differ and nothing says what they
    ///   become, `invalidSplit` where an image is in both parts, and `limitExceeded`; `ModelError`
    ///   where the cache cannot be written; what `observe` throws.
    public static func load(
        _ survey: ImageFolderSurvey, name: String, _ request: Request = Request(),
        observe: (ImageCachePlace.Event) throws -> Void = { _ in }
    ) throws -> (train: ImageDataset, test: ImageDataset) {
        if !request.skipsDamaged { try survey.requireWhole() }
        let parts = try survey.parts(seed: request.seed)
        if !request.allowsDuplicates { try survey.requireDistinct(parts.train, parts.test) }
        let images = parts.train + parts.test
        let shape = try survey.shape(of: images, request)
        let byteCount = images.count.multipliedSaturating(by: shape.elementCount)
        let isHeld = request.geometry == nil && byteCount <= heldByteCount
        guard !isHeld || byteCount <= request.limits.totalByteCount else {
            throw DatasetError(
                .limitExceeded, file: survey.path, "has too many images",
                expected: "at most \(request.limits.totalByteCount) bytes of pixels",
                found: "\(byteCount)", remedy: Limits.remedy)
        }
        let all = survey.files(images, shape, request)
        let cache = try request.cache?.cache(of: all, observe: observe)
        let cropCache =
            try isHeld
            ? nil : request.cache?.crops.cropCache(of: all, beside: cache, observe: observe)
        let make = isHeld ? survey.heldDataset : survey.filesDataset
        let both = try [parts.train, parts.test].map { part in
            var files = survey.files(part, shape, request)
            (files.cache, files.cropCache) = (cache, cropCache)
            return try make(part, name, files)
        }
        return (both[0], both[1])
    }
}

extension ImageFolderSurvey {
    /// The number of images to learn from, as they would be loaded.
    ///
    /// - Throws: ``DatasetError`` where there is no part to train on.
    package func trainingCount(seed: UInt64) throws -> Int {
        try parts(seed: seed).train.count
    }

    /// Whether some image has another size or other channels.
    package func hasImages(otherThan shape: Shape) -> Bool {
        images.contains { $0.inspection.header.shape != shape }
    }

    /// The images to learn from and those to test on.
    func parts(seed: UInt64) throws -> (train: [Image], test: [Image]) {
        if isDealt {
            return (images.filter { $0.part == .training }, images.filter { $0.part == .test })
        }
        guard isDivided else {
            try requireClasses()
            return Self.deal(images, classCount: classNames.count, seed: seed)
        }
        let test: FolderLayout.Part = folders[.test] != nil ? .test : .validation
        guard let testFolder = folders[test] else {
            try requireClasses()
            return Self.deal(
                images.filter { $0.part == .training }, classCount: classNames.count, seed: seed)
        }
        try requireSameClasses(.training, test, testFolder)
        return (images.filter { $0.part == .training }, images.filter { $0.part == test })
    }

    /// The part that nothing is done with, if there is one.
    package var unusedPart: (folder: String, count: Int)? {
        guard folders[.test] != nil, let folder = folders[.validation] else { return nil }
        return (folder, counts(of: .validation).reduce(0, +))
    }

    /// Puts a share of each class aside, by what the seed and each file's fingerprint alone decide,
    /// so that one file is on one side wherever it lies and whatever else the folder has.
    private static func deal(
        _ images: [Image], classCount: Int, seed: UInt64
    ) -> (train: [Image], test: [Image]) {
        let draws = images.map { image in
            let bits = image.inspection.fingerprint.bits
            var generator = SplitMix64(
                seed: seed, stream: RandomPurpose.parts.rawValue,
                UInt64(truncatingIfNeeded: bits >> 64),
                UInt64(truncatingIfNeeded: bits))
            return generator.next()
        }
        var byClass = [[Int]](repeating: [], count: classCount)
        for index in images.indices { byClass[images[index].label].append(index) }
        var isTest = [Bool](repeating: false, count: images.count)
        for members in byClass {
            let ranked = members.sorted { (draws[$0], $0) < (draws[$1], $1) }
            let count = Int((Double(ranked.count) * ImageFolder.testShare).rounded())
            let wanted = ranked.count > 1 ? max(1, count) : 0
            guard wanted > 0 else { continue }
            // One picture that is there twice has one draw, and so comes to one side.
            let last = draws[ranked[wanted - 1]]
            let test = ranked.filter { draws[$0] <= last }
            // Of one picture alone, nothing would be left to learn from.
            guard test.count < ranked.count else { continue }
            for index in test { isTest[index] = true }
        }
        return (
            images.indices.filter { !isTest[$0] }.map { images[$0] },
            images.indices.filter { isTest[$0] }.map { images[$0] }
        )
    }

    /// What all images have to be, or become.
    fileprivate func shape(of images: [Image], _ request: ImageFolder.Request) throws -> Shape {
        if let shape = request.shape, request.geometry != nil { return shape }
        guard let first = images.first else { return request.shape ?? [1, 1, 1] }
        let header = first.inspection.header
        if let other = images.first(where: { $0.inspection.header != header }) {
            throw DatasetError(
                .invalidDataset, file: contents.name(of: other.path),
                "differs from the images before it", expected: "\(header)",
                found: "\(other.inspection.header)",
                remedy: "Bring all images to one size and colour type")
        }
        return header.shape
    }

    fileprivate func files(
        _ images: [Image], _ shape: Shape, _ request: ImageFolder.Request
    ) -> ImageFiles {
        ImageFiles(
            contents: contents,
            files: images.map { image in
                ImageFiles.File(
                    path: image.path, fingerprint: image.inspection.fingerprint,
                    width: image.inspection.header.width, height: image.inspection.header.height)
            }, shape: shape, geometry: request.geometry, limits: request.limits,
            cropShape: request.cropShape)
    }

    /// Images that are decoded when they are asked for, in the order of their fingerprints, which
    /// names do not change and which mixes the classes.
    fileprivate func filesDataset(
        of images: [Image], name: String, _ files: ImageFiles
    ) throws -> ImageDataset {
        func key(_ index: Int) -> (FileFingerprint, Int) {
            (images[index].inspection.fingerprint, images[index].label)
        }
        let order = images.indices.sorted { key($0) < key($1) }
        return try ImageDataset(
            name: name, imageShape: files.shape, classNames: classNames,
            store: .files(files.subset(order)), labels: order.map { UInt16(images[$0].label) },
            namesClasses: true)
    }

    /// Images that are decoded now.
    fileprivate func heldDataset(
        of images: [Image], name: String, _ files: ImageFiles
    ) throws -> ImageDataset {
        var held = UnorderedImages()
        held.reserve(images.count, imagesOf: files.shape)
        for start in stride(from: 0, to: images.count, by: Self.decodedCount) {
            let range = start..<min(start + Self.decodedCount, images.count)
            let pixels = try Array(range).concurrentMap { try files.pixels(at: $0) }
            for (index, pixels) in zip(range, pixels) {
                held.append(pixels, label: UInt16(images[index].label))
            }
        }
        return try held.dataset(name: name, imageShape: files.shape, classNames: classNames)
    }

    private static let decodedCount = 512
}

import BranchyChecksum
public import BranchyCompute
import BranchyImages
public import BranchyNet

extension ImageClassifier {
    /// Reads a model and compiles it, under the policy that it keeps.
    ///
    ///     let classifier = try ImageClassifier(model: "b-alexnet-fast", engine: NativeEngine())
    ///
    /// - Parameters:
    ///   - nameOrFolder: a shipped model's name, which ``BranchyNet/ShippedModels`` finds, or the path
    ///     of a model folder. Every file is checked against its SHA-256.
    ///   - engine: runs the network.
    /// - Throws: `ModelError` where there is no such model or a file was changed, and what
    ///   `init(_:engine:)` throws.
    public init(model nameOrFolder: String, engine: any Engine) throws {
        let model = try ShippedModels.read(nameOrFolder, digest: Checksum.sha256)
        try self.init(model, engine: engine)
    }

    /// Answers one PNG, JPEG, WebP or BMP image.
    ///
    /// - Parameter encoded: the bytes of the file, such as an array or `Data`. The image has the size
    ///   and colour type of ``BranchyNet/ImageClassifier/inputShape``, unless the model says how others
    ///   become it (``BranchyNet/Preprocessing/geometry``).
    /// - Throws: `ImageError` where it is no such file or damaged, `NetworkError` where it has another
    ///   size or colour type, `EngineError` where the engine fails.
    public func classify(_ encoded: some Collection<UInt8>) throws -> Classification {
        try classify(pixels: pixels(of: encoded))
    }

    /// What every exit says about a PNG, JPEG, WebP or BMP image, whatever the policy.
    ///
    /// - Parameter encoded: as in ``classify(_:)-(Collection<UInt8>)``.
    /// - Returns: one for each exit, from exit 0 to the final one.
    /// - Throws: as ``classify(_:)-(Collection<UInt8>)``.
    public func classifyAtEveryExit(
        _ encoded: some Collection<UInt8>
    ) throws -> [Classification] {
        try classifyAtEveryExit(pixels: pixels(of: encoded))
    }

    /// Answers PNG, JPEG, WebP and BMP images, in order; each leaves at its own exit, as it would
    /// alone. They are decoded on the threads that answer.
    ///
    /// - Parameters:
    ///   - images: the bytes of each file, as of one image.
    ///   - threads: how many threads answer, at least 1.
    /// - Throws: `BatchError` with the first image that fails, and why.
    public func classify(
        _ images: [some Collection<UInt8> & Sendable], threads: Int = 1
    ) throws -> [Classification] {
        try classify(count: images.count, threads: threads) { try pixels(of: images[$0]) }
    }

    /// Where the model takes only one size, an image of another one is refused before memory is taken
    /// for it, whatever that is.
    private func pixels(of encoded: some Collection<UInt8>) throws -> [UInt8] {
        let image = try EncodedImage(Array(encoded))
        guard preprocessing.geometry != nil || image.header.shape == inputShape else {
            throw NetworkError(
                .shapeMismatch,
                "the image has \(image.header), which is the shape \(image.header.shape), but the "
                    + "network '\(predictor.network.name)' expects \(inputShape); bring it to that "
                    + "size and colour type first")
        }
        return try image.pixels(for: inputShape, geometry: preprocessing.geometry)
    }
}

public import BranchyCompute

/// Answers images with a trained model: prepares them, leaves the network at the exit that is sure,
/// and names the class.
///
///     let classifier = try ImageClassifier(model, engine: NativeEngine())
///     let answer = try classifier.classify(pixels: pixels)
///     print(answer.label, answer.probability, answer.exit)
///
/// It is immutable: any number of threads may use one at once. Making it compiles the network and
/// answers an image at every exit, so that the first answer is as fast as those after it; make one
/// and keep it. `BranchyClassifier` adds what needs system libraries: reading a model by its name
/// with its checksums, and decoding pictures.
public struct ImageClassifier: Sendable {
    /// What runs the network.
    public let predictor: Predictor
    /// How bytes become what the network reads.
    public let preprocessing: Preprocessing
    /// What the classes are called, from class 0 on.
    public let labels: [String]

    /// The shape of an image: `[channels, height, width]`, of 1 channel (gray) or 3 (red, green,
    /// blue).
    public var inputShape: Shape { predictor.network.inputShape }

    /// Compiles a model, under the policy that it keeps; a plain network needs none.
    ///
    /// - Throws: ``PolicyError`` where a network with branches keeps no policy, what
    ///   ``TrainedModel/validate()`` throws, `EngineError` where the engine cannot run the network.
    public init(_ model: consuming TrainedModel, engine: any Engine) throws {
        try model.validate()
        let (preprocessing, labels) = (model.preprocessing, model.classNames)
        self.init(
            try Predictor(consume model, engine: engine), preprocessing: preprocessing,
            labels: labels)
        try warmUp()
    }

    private init(_ predictor: Predictor, preprocessing: Preprocessing, labels: [String]) {
        self.predictor = predictor
        self.preprocessing = preprocessing
        self.labels = labels
    }

    /// The same compiled network under another policy, such as a ``DeadlinePolicy`` or other
    /// thresholds.
    ///
    /// - Throws: ``PolicyError`` where the policy does not fit the network.
    public func with(policy: any ExitPolicy) throws(PolicyError) -> ImageClassifier {
        ImageClassifier(
            try predictor.with(policy: policy), preprocessing: preprocessing, labels: labels)
    }

    /// The first answer reads cold code and memory: it should not be somebody's.
    private func warmUp() throws {
        let image = [Float](repeating: 0, count: inputShape.elementCount)
        try predictor.sessions.withSession(of: predictor) { session in
            try session.forEachExit(of: image.span) { _, _ in }
        }
    }

    /// Answers one image that is prepared already.
    ///
    /// - Parameter image: of the shape ``inputShape``, as ``Preprocessing/image(of:shape:)`` makes
    ///   it.
    /// - Throws: ``NetworkError`` where the image has another shape, `EngineError` where the engine
    ///   fails.
    public func classify(_ image: Tensor) throws -> Classification {
        Classification(try predictor.predict(image), labels: labels)
    }

    /// Answers one image.
    ///
    /// - Parameter pixels: `[C, H, W]` row-major, 0 ... 255, as many as ``inputShape`` has.
    /// - Throws: as ``classify(_:)-(Tensor)``.
    public func classify(pixels: some Collection<UInt8>) throws -> Classification {
        try classify(preprocessing.image(of: pixels, shape: inputShape))
    }

    /// Answers images, in order; each leaves at its own exit, as it would alone.
    ///
    /// - Parameters:
    ///   - images: the pixels of each, as of one image.
    ///   - threads: how many threads answer, at least 1.
    /// - Throws: ``BatchError`` with the first image that fails, and why.
    public func classify(
        pixels images: [some Collection<UInt8> & Sendable], threads: Int = 1
    ) throws -> [Classification] {
        try classify(count: images.count, threads: threads) { Array(images[$0]) }
    }

    /// Answers images whose pixels are asked for on the threads that answer.
    package func classify(
        count: Int, threads: Int, _ pixels: @Sendable (Int) throws -> [UInt8]
    ) throws -> [Classification] {
        try predictor.answers(count, threads: threads) { index, session in
            do {
                let image = try preprocessing.image(of: pixels(index), shape: inputShape)
                let observation = try session.predict(image.scalars.span)
                return Classification(Prediction(observation, in: session), labels: labels)
            } catch {
                throw BatchError(index: index, error: error)
            }
        }
    }
}

/// One image of several cannot be answered.
public struct BatchError: Error, Sendable, CustomStringConvertible {
    /// Which image, counted from 0; those before it are right.
    public let index: Int
    /// What is wrong with it.
    public let error: any Error

    /// Such as `image 3: the image is not an image that can be read; ...`.
    public var description: String { "image \(index): \(error)" }
}

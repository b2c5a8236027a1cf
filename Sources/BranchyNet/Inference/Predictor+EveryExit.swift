public import BranchyCompute

extension Predictor {
    /// What every exit says about an image, whatever the policy: how an answer comes about.
    ///
    ///     for said in try predictor.predictAtEveryExit(image) {
    ///         print(said.exit, said.predictedClass, said.observation.entropy)
    ///     }
    ///
    /// Every stage is run, so it takes as long as an image that never leaves early. The exit where
    /// the policy lets the image leave says what ``predict(_:)`` answers, bit for bit.
    ///
    /// - Parameter image: of the network's input shape.
    /// - Returns: one for each exit, from exit 0 to the final one.
    /// - Throws: as ``predict(_:)``.
    public func predictAtEveryExit(_ image: Tensor) throws -> [Prediction] {
        guard image.shape == network.inputShape else { throw shapeError(image.shape) }
        return try sessions.withSession(of: self) { session in
            var predictions: [Prediction] = []
            try session.forEachExit(of: image.scalars.span) { observation, logits in
                predictions.append(Prediction(observation, logits: logits))
            }
            return predictions
        }
    }
}

extension ImageClassifier {
    /// What every exit says about an image that is prepared already, whatever the policy.
    ///
    /// - Parameter image: as in ``classify(_:)-(Tensor)``.
    /// - Returns: one for each exit, from exit 0 to the final one.
    /// - Throws: as ``classify(_:)-(Tensor)``.
    public func classifyAtEveryExit(_ image: Tensor) throws -> [Classification] {
        try predictor.predictAtEveryExit(image).map { Classification($0, labels: labels) }
    }

    /// What every exit says about an image, whatever the policy.
    ///
    /// - Parameter pixels: as in ``classify(pixels:)``.
    /// - Returns: one for each exit, from exit 0 to the final one.
    /// - Throws: as ``classify(pixels:)``.
    public func classifyAtEveryExit(pixels: some Collection<UInt8>) throws -> [Classification] {
        try classifyAtEveryExit(preprocessing.image(of: pixels, shape: inputShape))
    }
}

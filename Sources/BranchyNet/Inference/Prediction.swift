/// The answer to one image, and where in the network it was found.
public struct Prediction: Hashable, Sendable {
    /// What the exit that answered saw.
    public let observation: ExitObservation

    /// The raw scores that it saw it in, one per class, `[K]`: of that exit, or where exits answer
    /// together their weighted sum.
    public let logits: [Float]

    /// What an exit saw, with the logits that it saw it in.
    init(_ observation: ExitObservation, logits: Span<Float>) {
        self.observation = observation
        self.logits = logits.indices.map { logits[$0] }
    }

    /// What a session answered, with the logits that it holds until its next image.
    init(_ observation: ExitObservation, in session: borrowing Predictor.Session) {
        self = session.withLogits(of: observation) {
            Prediction(observation, logits: $0)
        }
    }

    /// The answer: a class, counted from 0.
    public var predictedClass: Int { observation.predictedClass }

    /// The exit that answered, counted from 0.
    public var exit: Int { observation.exit }

    /// The softmax of the logits, divided by the exit's temperature, `[K]`: 0 ... 1 each, and 1 together but for rounding. That of the
    /// answer is ``ExitObservation/maximumProbability``. All are NaN where a logit is not finite.
    public var probabilities: [Float] {
        logits.map {
            observation.probability(ofLogit: $0, largestLogit: logits[predictedClass])
        }
    }
}

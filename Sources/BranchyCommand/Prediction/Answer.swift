package import BranchyNet

/// What `predict` says about one image.
package struct Answer: Hashable, Sendable {
    /// Which image of its file, counted from 0.
    package var image = 0
    package var predictedClass = 0
    package var exit = 0
    package var entropy: Float = 0
    package var probability: Float = 0
    /// Whether the probability is below the least that the user takes for an answer.
    package var isUnsure = false
    /// Whether the logits of the exit that answered are; where not, the answer means nothing.
    package var isFinite = true
    package var latencyMicroseconds = 0.0
    /// The most probable classes, as many as were asked for.
    package var top: [ClassProbability] = []
    /// The raw scores of the exit, where every exit is asked.
    package var logits: [Float] = []

    package init() {}

    mutating func take(_ observation: ExitObservation) {
        predictedClass = observation.predictedClass
        exit = observation.exit
        entropy = observation.entropy
        probability = observation.maximumProbability
        isFinite = observation.isFinite
    }
}

/// What an ``ImageClassifier`` says about one image.
public struct Classification: Hashable, Sendable {
    /// One of the classes that an image may be of.
    public struct Candidate: Hashable, Sendable {
        /// The class, counted from 0.
        public let classIndex: Int
        /// What the class is called.
        public let label: String
        /// How probable the exit that answered finds it, 0 ... 1; NaN where its logits are not
        /// finite.
        public let probability: Float
    }

    /// What the network said.
    public let prediction: Prediction
    private let labels: [String]

    init(_ prediction: Prediction, labels: [String]) {
        self.prediction = prediction
        self.labels = labels
    }

    /// What the answer is called.
    public var label: String { labels[prediction.predictedClass] }

    /// How probable the exit that answered finds its answer, 1/K ... 1; NaN where its logits are not
    /// finite, and the answer means nothing.
    public var probability: Float { prediction.observation.maximumProbability }

    /// The exit that answered, counted from 0 as in ``Prediction``; people are told one more.
    public var exit: Int { prediction.exit }

    /// The raw scores of that exit, one per class: `[K]`.
    public var logits: [Float] { prediction.logits }

    /// The most probable classes, the answer first; of equals the one that counts less.
    ///
    /// - Parameter count: how many; there are no more than the network has classes.
    public func top(_ count: Int) -> [Candidate] {
        var ranking = ClassRanking(count: max(count, 0))
        var top: [ClassProbability] = []
        ranking.rank(logits.span, seenBy: prediction.observation, into: &top)
        return top.map {
            Candidate(
                classIndex: $0.index, label: labels[$0.index], probability: $0.probability)
        }
    }
}

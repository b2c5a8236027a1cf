public import BranchyData
import BranchyNet

/// What is left of answers where those are not given whose probability is too small.
public struct SureAnswers: Hashable, Sendable {
    /// The smallest probability of an answer that is given.
    public let leastProbability: Float
    /// How many samples there are.
    public let samples: Int
    /// How many of them are answered.
    public let answered: Int
    /// How many of the answers that are given are right.
    public let correct: Int

    /// Judges what a predictor answered.
    ///
    /// - Parameter leastProbability: an answer is given where its probability reaches this. One
    ///   whose logits are not finite never is.
    public init(_ recorded: RecordedAnswers<some DataSplit>, leastProbability: Float) {
        let isSure = recorded.answers.map { $0.maximumProbability >= leastProbability }
        self.leastProbability = leastProbability
        samples = isSure.count
        answered = isSure.count { $0 }
        correct = zip(isSure, recorded.isRight).count { $0 && $1 }
    }

    /// Share of the samples that are answered, with its Wilson interval; `nil` without samples.
    public var share: Estimate? { Estimate(wilson: answered, of: samples) }

    /// Share of right answers among those that are given, with its Wilson interval; `nil` where none
    /// is.
    public var accuracy: Estimate? { Estimate(wilson: correct, of: answered) }
}

extension SureAnswers: Encodable {
    private enum Key: String, CodingKey {
        case leastProbability, samples, share, accuracy
    }

    /// Absent numbers are written as null, so that every key is always there.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(leastProbability, forKey: .leastProbability)
        try container.encode(answered, forKey: .samples)
        try container.encode(share, forKey: .share)
        try container.encode(accuracy, forKey: .accuracy)
    }
}

public import BranchyNet

/// What leaving early may cost, per sample, against the network's own last exit.
public enum GuaranteedLoss: String, Hashable, Sendable, Codable, CaseIterable {
    /// 1 where the last exit is right and the policy is wrong, else 0. Its mean bounds the accuracy
    /// that is lost.
    case harm
    /// 1 where the policy answers otherwise than the last exit, else 0. Needs no label.
    case disagreement
    /// 1 where only the last exit is right, -1 where only the policy is, else 0. Its mean is the
    /// accuracy that is lost, which is negative where early answers are better.
    case accuracyGap = "accuracy-gap"

    /// The loss by which a chain is ordered. The gap is at most the harm for every sample, so that
    /// whatever proves little harm along its chain proves as little of the gap.
    var ordering: GuaranteedLoss { self == .accuracyGap ? .harm : self }

    /// The loss of an answer.
    func value(of answer: ExitObservation, final: ExitObservation, label: Int) -> Int {
        let isRight = answer.predictedClass == label
        let isFinalRight = final.predictedClass == label
        switch self {
        case .harm: return isFinalRight && !isRight ? 1 : 0
        case .disagreement: return answer.predictedClass == final.predictedClass ? 0 : 1
        case .accuracyGap: return (isFinalRight ? 1 : 0) - (isRight ? 1 : 0)
        }
    }
}

/// How often samples lost and gained.
public struct LossCounts: Hashable, Sendable, Codable {
    /// How many samples there are.
    public let samples: Int
    /// Those with a loss of 1.
    public let losses: Int
    /// Those with a loss of -1.
    public let gains: Int

    /// Counts samples.
    public init(samples: Int, losses: Int, gains: Int = 0) {
        (self.samples, self.losses, self.gains) = (samples, losses, gains)
    }

    /// The mean loss, -1 ... 1; 0 without samples.
    public var mean: Double {
        samples == 0 ? 0 : Double(losses - gains) / Double(samples)
    }

    mutating func add(_ value: Int) {
        self = LossCounts(
            samples: samples + 1, losses: losses + (value == 1 ? 1 : 0),
            gains: gains + (value == -1 ? 1 : 0))
    }
}

extension ExitRecord {
    /// What a policy loses on all samples.
    public func losses(_ loss: GuaranteedLoss, under policy: any ExitPolicy) -> LossCounts {
        var counts = LossCounts(samples: 0, losses: 0)
        for sample in labels.indices {
            let answer = replay(policy, sample: sample)
            let final = self[sample, exitCount - 1]
            counts.add(loss.value(of: answer, final: final, label: labels[sample]))
        }
        return counts
    }
}

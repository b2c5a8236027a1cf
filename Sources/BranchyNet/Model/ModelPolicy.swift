/// The policy that a model keeps: one that means the same on every machine.
public enum ModelPolicy: Hashable, Sendable {
    /// Leaves where a score passes a threshold.
    case thresholds(ThresholdPolicy)
    /// Leaves where enough exits agree.
    case patience(PatiencePolicy)

    /// The policy to keep; `nil` for those that no model keeps.
    public init?(_ policy: any ExitPolicy) {
        if let policy = policy as? ThresholdPolicy {
            self = .thresholds(policy)
        } else if let policy = policy as? PatiencePolicy {
            self = .patience(policy)
        } else {
            return nil
        }
    }

    /// The policy itself, for a ``Predictor``.
    public var exitPolicy: any ExitPolicy {
        switch self {
        case .thresholds(let policy): policy
        case .patience(let policy): policy
        }
    }

    /// The thresholds, where they decide.
    public var thresholds: ThresholdPolicy? {
        guard case .thresholds(let policy) = self else { return nil }
        return policy
    }
}

/// Either is written as itself: `{"score": …, "thresholds": …}` or `{"patience": …}`.
extension ModelPolicy: Codable {
    private enum CodingKeys: CodingKey { case patience }

    /// Reads the one that is there.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self =
            container.contains(.patience)
            ? .patience(try PatiencePolicy(from: decoder))
            : .thresholds(try ThresholdPolicy(from: decoder))
    }

    /// Writes the policy alone.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .thresholds(let policy): try policy.encode(to: encoder)
        case .patience(let policy): try policy.encode(to: encoder)
        }
    }
}

import ArgumentParser
import BranchyNet
import BranchyWorkflow

/// What thresholds are compared with, or whichever score does best.
enum ScoreOption: Hashable, ExpressibleByArgument {
    case one(ExitScore.Kind)
    case best

    private static let bestName = "best"

    static var allValueStrings: [String] { ExitScore.Kind.allCases.map(\.rawValue) + [bestName] }

    init?(argument: String) {
        if argument == Self.bestName {
            self = .best
        } else if let score = ExitScore.Kind(rawValue: argument) {
            self = .one(score)
        } else {
            return nil
        }
    }

    var defaultValueDescription: String {
        switch self {
        case .one(let score): score.rawValue
        case .best: Self.bestName
        }
    }

    var choice: ScoreChoice {
        switch self {
        case .one(let score): .one(score)
        case .best: .best
        }
    }
}

import BranchyEvaluation
import BranchyNet
import BranchyTraining

/// One of the paper's networks, plain and with branches, as it is trained here.
public struct Experiment: Hashable, Sendable {
    /// Whose network is repeated.
    public enum Subject: String, Hashable, Sendable, CaseIterable {
        /// LeNet-5 on MNIST.
        case lenet
        /// AlexNet on CIFAR-10.
        case alexnet
        /// ResNet-110 on CIFAR-10.
        case resnet110
    }

    /// Whose structure the networks have.
    public enum Variant: String, Hashable, Codable, Sendable {
        /// The paper's authors'.
        case paper
        /// A standard trunk, and branches that cost little of it.
        case fast
    }

    /// Whose network it is.
    public let subject: Subject
    /// Whose structure the networks have.
    public let variant: Variant
    /// The network without branches.
    public let plain: String
    /// The network with branches.
    public let branched: String
    /// Whether the branched network begins with the trained parameters of the plain one. The plain
    /// one then goes on for as long, so that both were trained alike when they are compared.
    var startsFromPlain = false
    /// What is wanted of the thresholds; the paper has none of its own.
    var objective = CalibrationObjective.knee
    /// What they are compared with; entropy in the paper.
    var score = ScoreChoice.one(.entropy)
    /// What both are trained in.
    var precision = Precision.bfloat16

    /// Where three quarters leave, B-AlexNet of the fast variant is twice as fast; of these settings
    /// the most accurate. At the knee more leave, and both variants are less accurate than the plain
    /// network on validation images.
    private static let threeQuarters = CalibrationObjective.earlyExitRate(atLeast: 0.75)

    /// Where seven tenths leave, B-ResNet-110 does 1.5 times less work than the plain network; at
    /// six tenths hardly anybody leaves at the first branch, and it is 1.4 times.
    private static let sevenTenths = CalibrationObjective.earlyExitRate(atLeast: 0.7)

    /// In the order of the page. The paper's ResNet-110 is built and timed, not trained.
    public static let all = [
        Experiment(
            subject: .lenet, variant: .paper, plain: "lenet", branched: "b-lenet",
            precision: .float32),
        Experiment(
            subject: .lenet, variant: .fast, plain: "lenet", branched: "b-lenet-fast",
            precision: .float32),
        Experiment(
            subject: .alexnet, variant: .paper, plain: "alexnet", branched: "b-alexnet",
            objective: threeQuarters, score: .best),
        Experiment(
            subject: .alexnet, variant: .fast, plain: "alexnet", branched: "b-alexnet-fast",
            objective: threeQuarters, score: .best),
        Experiment(
            subject: .resnet110, variant: .fast, plain: "resnet110-fast",
            branched: "b-resnet110-fast", startsFromPlain: true, objective: sevenTenths,
            score: .best),
    ]

    /// The model of the plain network that the branched one is compared with.
    func baseline(in output: String) -> String {
        startsFromPlain ? "\(output)/\(plain)-longer" : "\(output)/\(plain)"
    }

    /// How the plain network goes on as long as the branched one does.
    func longerPlainRecipe(from recipe: Recipe) throws -> Recipe {
        let branched = try Recipe.standard(for: .named(branched))
        var longer = recipe
        longer.epochs = branched.epochs
        longer.optimizer.learningRate = branched.optimizer.learningRate
        return longer
    }

    /// Where the result is kept.
    func resultPath(in output: String) -> String { "\(output)/\(branched).json" }
}

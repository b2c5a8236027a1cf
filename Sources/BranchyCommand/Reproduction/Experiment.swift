import BranchyNet
import BranchyTraining

/// One of the paper's networks, plain and with branches, as it is trained here.
struct Experiment: Hashable, Sendable {
    /// Whose structure the networks have.
    enum Kind: String, Codable, Sendable {
        /// The paper's authors'.
        case paper
        /// A standard trunk, and branches that cost little of it.
        case fast
    }

    let subject: Reproduce.Subject
    let kind: Kind
    /// The network without branches.
    let plain: String
    /// The network with branches.
    let branched: String
    /// Whether the branched network begins with the trained parameters of the plain one. The plain
    /// one then goes on for as long, so that both were trained alike when they are compared.
    var startsFromPlain = false
    /// Arguments of `calibrate`; without, thresholds are the paper's, of entropy, at the knee.
    var wish: [String] = []
    /// What both are trained in.
    var precision = Precision.bfloat16

    /// Where three quarters leave, B-AlexNet of the fast kind is twice as fast; of these settings
    /// the most accurate. At the knee more leave, and both kinds are less accurate than the plain
    /// network on validation images.
    private static let threeQuarters = ["--exit-rate", "0.75", "--score", "best"]

    /// Where seven tenths leave, B-ResNet-110 does 1.5 times less work than the plain network; at
    /// six tenths hardly anybody leaves at the first branch, and it is 1.4 times.
    private static let sevenTenths = ["--exit-rate", "0.7", "--score", "best"]

    /// In the order of the page. The paper's ResNet-110 is built and timed, not trained.
    static let all = [
        Experiment(
            subject: .lenet, kind: .paper, plain: "lenet", branched: "b-lenet",
            precision: .float32),
        Experiment(
            subject: .lenet, kind: .fast, plain: "lenet", branched: "b-lenet-fast",
            precision: .float32),
        Experiment(
            subject: .alexnet, kind: .paper, plain: "alexnet", branched: "b-alexnet",
            wish: threeQuarters),
        Experiment(
            subject: .alexnet, kind: .fast, plain: "alexnet", branched: "b-alexnet-fast",
            wish: threeQuarters),
        Experiment(
            subject: .resnet110, kind: .fast, plain: "resnet110-fast",
            branched: "b-resnet110-fast", startsFromPlain: true, wish: sevenTenths),
    ]

    func belongs(to subject: Reproduce.Subject) -> Bool {
        subject == .all || subject == self.subject
    }

    /// The model of the plain network that the branched one is compared with.
    func baseline(in output: String) -> String {
        startsFromPlain ? "\(output)/\(plain)-longer" : "\(output)/\(plain)"
    }

    /// Arguments of `train` by which the plain network goes on as long as the branched one does.
    func longerPlainArguments() throws -> [String] {
        let recipe = try Recipe.standard(for: .named(branched))
        return [
            "epochs=\(recipe.epochs)", "optimizer.learningRate=\(recipe.optimizer.learningRate)",
        ].flatMap { ["--set", $0] }
    }

    /// Where the result is kept.
    func resultPath(in output: String) -> String { "\(output)/\(branched).json" }
}

/// One of the paper's networks, plain and with branches, as it is trained here.
struct Experiment: Hashable, Sendable {
    /// Whose structure the networks have.
    enum Kind: String, Codable, Sendable {
        /// The paper's authors'.
        case paper
        /// A standard trunk, and branches that cost little of it.
        case fast
    }

    /// Also the name of its folder.
    let name: String
    let subject: Reproduce.Subject
    let kind: Kind
    /// The network without branches.
    let plain: String
    /// The network with branches.
    let branched: String
    /// Whether the branched network begins with the trained parameters of the plain one.
    let startsFromPlain: Bool

    /// In the order of the page. The paper's ResNet-110 is built and timed, not trained.
    static let all = [
        Experiment(
            name: "lenet", subject: .lenet, kind: .paper, plain: "lenet", branched: "b-lenet",
            startsFromPlain: false),
        Experiment(
            name: "alexnet", subject: .alexnet, kind: .paper, plain: "alexnet",
            branched: "b-alexnet", startsFromPlain: false),
        Experiment(
            name: "alexnet-fast", subject: .alexnet, kind: .fast, plain: "alexnet-fast",
            branched: "b-alexnet-fast", startsFromPlain: false),
        Experiment(
            name: "resnet110-fast", subject: .resnet110, kind: .fast, plain: "resnet110-fast",
            branched: "b-resnet110-fast", startsFromPlain: true),
    ]

    func belongs(to subject: Reproduce.Subject) -> Bool {
        subject == .all || subject == self.subject
    }

    /// Where the plain network is trained.
    func plainFolder(in output: String) -> String { "\(output)/\(name)/plain" }

    /// Where the network with branches is trained.
    func branchedFolder(in output: String) -> String { "\(output)/\(name)/branched" }

    /// Where the result is kept.
    func resultPath(in output: String) -> String { "\(output)/\(name)/result.json" }
}

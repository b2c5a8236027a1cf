public import BranchyCompute

/// A network with its numbers and everything needed to use it: what a model folder holds.
public struct TrainedModel: Hashable, Sendable {
    /// The network.
    public var network: BranchedNetwork
    /// The network's parameters; each of them, and no others.
    public var parameters: ParameterStore
    /// How images are prepared.
    public var preprocessing: Preprocessing
    /// What the classes are called; as many as the network has.
    public var classNames: [String]
    /// What each exit's logits are divided by before the softmax; `nil` where that was not fitted.
    public var temperatures: ExitTemperatures?
    /// Where samples leave, once that has been chosen, under these temperatures.
    public var policy: ModelPolicy?
    /// How the policy was chosen, if it was calibrated.
    public var calibration: CalibrationRecord?
    /// Where the parameters come from.
    public var provenance: Provenance

    /// Puts a model together.
    public init(
        network: BranchedNetwork, parameters: ParameterStore, preprocessing: Preprocessing,
        classNames: [String], temperatures: ExitTemperatures? = nil, policy: ModelPolicy? = nil,
        calibration: CalibrationRecord? = nil, provenance: Provenance
    ) {
        self.network = network
        self.parameters = parameters
        self.preprocessing = preprocessing
        self.classNames = classNames
        self.temperatures = temperatures
        self.policy = policy
        self.calibration = calibration
        self.provenance = provenance
    }

    /// Checks that the parts belong together.
    ///
    /// - Throws: ``NetworkError`` where the network is none, ``PolicyError`` where the policy does
    ///   not fit it, ``ModelError`` where parameters, classes or preprocessing do not.
    public func validate() throws {
        let program = try network.plainProgram().program
        for port in program.parameters {
            let expected = program.type(of: port.value).shape
            guard let tensor = parameters[port.name] else {
                throw ModelError(.corruptFile, "parameter '\(port.name)' is missing")
            }
            guard tensor.shape == expected else {
                throw ModelError(
                    .corruptFile,
                    "parameter '\(port.name)' has shape \(tensor.shape), expected \(expected)")
            }
        }
        let known = Set(program.parameters.map(\.name))
        if let unknown = parameters.names.first(where: { !known.contains($0) }) {
            throw ModelError(
                .corruptFile, "parameter '\(unknown)' does not belong to '\(network.name)'")
        }
        guard classNames.count == network.classCount else {
            throw ModelError(
                .corruptFile,
                "\(classNames.count) class names for \(network.classCount) classes")
        }
        try preprocessing.validate(for: network.inputShape)
        try temperatures?.validate(exitCount: network.exitCount)
        try policy?.exitPolicy.validate(exitCount: network.exitCount)
    }

    /// Hands the parameters over to whoever needs them last, so that an engine can let go of each when
    /// it is packed: large ones are not held twice then.
    package mutating func takeParameters() -> ParameterStore {
        var taken = ParameterStore()
        swap(&taken, &parameters)
        return taken
    }

    /// What each exit's logits are divided by before they are measured: 1 where nothing was fitted.
    package var exitTemperatures: [Float] {
        temperatures?.values ?? network.stages.map { _ in 1 }
    }

    /// The policy that the model answers under: its own, or, of a plain network, that of its one
    /// exit, at which nothing is decided.
    ///
    /// - Throws: ``PolicyError`` where the network has branches and the model keeps no policy.
    public func exitPolicy() throws(PolicyError) -> any ExitPolicy {
        if let policy { return policy.exitPolicy }
        guard network.exitCount > 1 else { return FixedExitPolicy(exit: 0) }
        throw PolicyError(
            "'\(network.name)' has \(network.exitCount) exits, and the model keeps no policy that says "
                + "where an image leaves; choose one by `branchynet calibrate`, or hand one in, such "
                + "as ThresholdPolicy(thresholds: [\(examples)])")
    }

    /// A score of a kind; of those that are fitted, the one that the model's policy has.
    ///
    /// - Throws: ``PolicyError`` where it has to be fitted and the model keeps none.
    public func score(_ kind: ExitScore.Kind) throws(PolicyError) -> ExitScore {
        if let score = kind.unfitted { return score }
        if let score = policy?.thresholds?.score, score.kind == kind { return score }
        throw PolicyError(
            "the score \(kind.rawValue) has to be fitted, and the model keeps none; "
                + ExitScore.wayOut(kind))
    }

    /// A threshold for each early exit.
    private var examples: String {
        repeatElement("0.3", count: network.exitCount - 1).joined(separator: ", ")
    }
}

extension ParameterStore {
    /// The same parameters in the network's order, which files do not keep; those that are not the
    /// network's come last.
    ///
    /// - Throws: ``NetworkError`` where the network is none.
    package func ordered(for network: BranchedNetwork) throws(NetworkError) -> ParameterStore {
        var ordered = ParameterStore()
        let names = try network.plainProgram().program.parameters.map(\.name) + self.names
        for name in names { ordered[name] = self[name] }
        return ordered
    }
}

public import BranchyCompute

/// Answers images, leaving the network at the first exit that is sure.
///
/// A predictor is immutable and shared; each caller that wants no allocation makes a ``Session`` of
/// its own. Images are floats in the form the network was trained on, that is after
/// ``Preprocessing``.
///
///     let model = try ModelFolder("runs/lenet").read()
///     let predictor = try Predictor(model, engine: NativeEngine())
///     let prediction = try predictor.predict(image)
///     print(model.classNames[prediction.predictedClass], prediction.exit)
///
/// ``ImageClassifier`` does all this from an image's bytes on.
public struct Predictor: Sendable {
    /// The network that answers.
    public var network: BranchedNetwork { compiled.network }

    /// The policy that decides where a sample leaves.
    public let policy: any ExitPolicy

    /// What each exit's logits are divided by before the softmax; `nil` where by nothing.
    public let temperatures: ExitTemperatures?

    let compiled: CompiledNetwork
    /// The time since some moment, read only for policies that look at it.
    let now: @Sendable () -> Duration
    let sessions = SessionPool()

    /// Compiles a model for one image at a time.
    ///
    /// - Parameters:
    ///   - policy: decides where a sample leaves; `nil` for the one that the model keeps. A plain
    ///     network needs none.
    ///   - clock: monotonic; no policy that a model keeps looks at it, but another one may
    ///     (``with(policy:)``).
    /// - Throws: ``PolicyError`` where a network with branches has no policy; otherwise as
    ///   ``init(network:parameters:temperatures:policy:engine:clock:)``.
    public init<PolicyClock: Clock<Duration>>(
        _ model: consuming TrainedModel, policy: (any ExitPolicy)? = nil, engine: any Engine,
        clock: PolicyClock = ContinuousClock()
    ) throws {
        let (network, temperatures) = (model.network, model.temperatures)
        let policy = try policy ?? model.exitPolicy()
        try self.init(
            network: network, parameters: model.takeParameters(), temperatures: temperatures,
            policy: policy, engine: engine, clock: clock)
    }

    /// Compiles a network for one image at a time, under a policy.
    ///
    /// - Parameters:
    ///   - temperatures: what each exit's logits are divided by before the softmax.
    ///   - clock: monotonic; read only where the policy looks at the time.
    /// - Throws: ``NetworkError`` where the description does not make a network, ``PolicyError``
    ///   where policy or temperatures do not fit it, `EngineError` where the engine cannot run it or a
    ///   parameter is missing or has the wrong shape.
    public init<PolicyClock: Clock<Duration>>(
        network: BranchedNetwork, parameters: consuming ParameterStore,
        temperatures: ExitTemperatures? = nil, policy: any ExitPolicy,
        engine: any Engine, clock: PolicyClock = ContinuousClock()
    ) throws {
        try policy.validate(exitCount: network.exitCount)
        try temperatures?.validate(exitCount: network.exitCount)
        self.policy = policy
        self.temperatures = temperatures
        let start = clock.now
        self.now = { start.duration(to: clock.now) }
        self.compiled = try CompiledNetwork(
            network, parameters: consume parameters, engine: engine, batchSize: 1)
    }

    /// The same compiled network under another policy.
    ///
    /// - Throws: ``PolicyError`` where the policy does not fit the network.
    public func with(policy: any ExitPolicy) throws(PolicyError) -> Predictor {
        try Predictor(sharing: self, policy: policy, temperatures: temperatures)
    }

    /// The same compiled network under other temperatures, or none.
    ///
    /// - Throws: ``PolicyError`` where they do not fit the network.
    public func with(temperatures: ExitTemperatures?) throws(PolicyError) -> Predictor {
        try Predictor(sharing: self, policy: policy, temperatures: temperatures)
    }

    private init(
        sharing other: Predictor, policy: any ExitPolicy, temperatures: ExitTemperatures?
    ) throws(PolicyError) {
        try policy.validate(exitCount: other.network.exitCount)
        try temperatures?.validate(exitCount: other.network.exitCount)
        (self.policy, self.temperatures) = (policy, temperatures)
        self.compiled = other.compiled
        self.now = other.now
    }

    /// What the engine picked for each instruction.
    public var implementations: [Implementation] { compiled.executable.implementations }

    /// Makes a session: the path that allocates nothing.
    ///
    /// - Throws: `EngineError` where memory does not suffice.
    public func makeSession() throws(EngineError) -> Session {
        try Session(of: self)
    }

    /// Answers one image.
    ///
    /// - Parameter image: of the network's input shape.
    /// - Throws: ``NetworkError`` where the image has another shape, `EngineError` where the engine
    ///   fails.
    public func predict(_ image: Tensor) throws -> Prediction {
        guard image.shape == network.inputShape else { throw shapeError(image.shape) }
        return try sessions.withSession(of: self) { session in
            Prediction(try session.predict(image.scalars.span), in: session)
        }
    }

    func shapeError(_ shape: Shape) -> NetworkError {
        NetworkError(
            .shapeMismatch,
            "an image of shape \(shape), but the network '\(network.name)' expects "
                + "\(network.inputShape)")
    }
}

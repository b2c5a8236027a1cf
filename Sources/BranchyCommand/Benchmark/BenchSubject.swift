import BranchyCompute
import BranchyEvaluation
import BranchyNet
import NativeEngine

/// What takes turns with others.
struct BenchSubject {
    let engine: EngineChoice
    let precision: InferencePrecision
    let path: BenchPath
    let predictor: Predictor
    /// How many images leave at each exit, under a policy that is asked.
    let exitShares: [Double]?

    init(
        engine: EngineChoice, precision: InferencePrecision, path: BenchPath,
        predictor: Predictor, answering batches: ArraySlice<Tensor>
    ) throws {
        (self.engine, self.precision, self.path) = (engine, precision, path)
        self.predictor = predictor
        try Self.checkFinite(predictor, path, answering: batches.first)
        guard case .policy = path.way else {
            exitShares = nil
            return
        }
        var counts = [Int](repeating: 0, count: path.network.exitCount)
        for batch in batches {
            for answer in try predictor.predict(batch: batch) { counts[answer.exit] += 1 }
        }
        let images = counts.reduce(0, +)
        exitShares = counts.map { Double($0) / Double(images) }
    }

    /// Of NaN nothing is learnt about the time that real answers take.
    private static func checkFinite(
        _ predictor: Predictor, _ path: BenchPath, answering batch: Tensor?
    ) throws {
        guard let batch else { return }
        let answers = try predictor.predict(batch: batch)
        guard let broken = answers.first(where: { !$0.observation.isFinite }) else { return }
        throw NetworkError(
            .invalidValue,
            "'\(path.network.name)', path \(path.name): the logits of exit \(broken.exit + 1) are NaN "
                + "or infinite; were the model's parameters damaged?")
    }

    /// Of one image, on average where images leave at different exits; padding included.
    func multiplyAccumulates() throws -> Double {
        let costs = try ExitCosts(of: path.network).multiplyAccumulates
        return switch path.way {
        case .full, .disabled: Double(try ExitCosts(of: path.plain).multiplyAccumulates[0])
        case .exit(let exit): Double(costs[exit])
        case .policy: zip(costs, exitShares ?? []).reduce(0) { $0 + Double($1.0) * $1.1 }
        }
    }
}

/// A network with and without its branches, compiled once each.
struct CompiledPaths {
    let plain: Predictor
    let branched: Predictor

    /// How many times weights are packed.
    static let count = 2

    /// - Parameter temperatures: of all exits; the plain network answers without.
    init(
        _ network: BranchedNetwork, _ parameters: ParameterStore,
        temperatures: ExitTemperatures?, _ engine: any Engine
    ) throws {
        let compile = { (network: BranchedNetwork, temperatures: ExitTemperatures?) in
            try Predictor(
                network: network, parameters: parameters, temperatures: temperatures,
                policy: FixedExitPolicy(exit: 0), engine: engine)
        }
        plain = try compile(network.withoutBranches(name: network.name), nil)
        branched = try network.exitCount > 1 ? compile(network, temperatures) : plain
    }
}

/// A path through a network.
struct BenchPath {
    let network: BranchedNetwork
    let way: Way

    enum Way: Hashable {
        /// The network without branches.
        case full
        /// To the last exit, with branches that nobody asks.
        case disabled
        /// Everybody leaves there, counted from 0, after every branch on the way.
        case exit(Int)
        /// Each image leaves where the model's policy says.
        case policy(ModelPolicy)
    }

    var name: String {
        switch way {
        case .full: "full"
        case .disabled: "disabled"
        case .exit(let exit): "exit\(exit)"
        case .policy: "policy"
        }
    }

    /// What runs on this path: of the two networks that an engine compiled, the one that has it.
    ///
    /// Paths share weights as they do where a model is used: with copies of their own they would take
    /// turns in evicting those of the others from the caches.
    func predictor(_ compiled: CompiledPaths) throws -> Predictor {
        switch way {
        case .full: compiled.plain
        case .disabled:
            try compiled.branched.with(policy: FixedExitPolicy(exit: network.exitCount - 1))
        case .exit(let exit): try compiled.branched.leaving(at: exit)
        case .policy(let policy): try compiled.branched.with(policy: policy.exitPolicy)
        }
    }

    /// The network without its branches.
    var plain: BranchedNetwork { network.withoutBranches(name: network.name) }
}

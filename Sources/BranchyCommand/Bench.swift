import ArgumentParser
import BranchyEvaluation
import BranchyNet
import BranchyTraining
import Compute
import NativeEngine

/// `branchynet bench`
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Time every path through a network on this machine.",
        discussion: """
            A path is leaving at one exit, every branch on the way included, or the whole network \
            without its branches. All paths take turns, call by call, on one gray image; times \
            run from the image to the answer. With --batch a call answers so many images, which \
            the threads share.
            """)

    @Argument(help: NetworkArgument.help, completion: .directory)
    var model: String?

    @Flag(help: "All built-in networks, with random weights.")
    var all = false

    @Flag(help: "Random weights in place of a trained model's.")
    var randomWeights = false

    @Option(
        name: [.customLong("engine")],
        help: ArgumentHelp("An engine; repeat it to compare.", valueName: "engine"))
    var engines: [EngineChoice] = [.native]

    @OptionGroup var precisionOption: PrecisionOption

    @Option(help: ArgumentHelp("Only the way to this exit, counted from 1.", valueName: "i"))
    var exit: Int?

    @Option(help: ArgumentHelp("Threads that predict at the same time.", valueName: "n"))
    var threads = 1

    @Option(help: ArgumentHelp("Images of a call.", valueName: "n"))
    var batch = 1

    @Option(help: ArgumentHelp("Calls of each path that count, per thread.", valueName: "n"))
    var calls = 2_000

    @Option(
        help: ArgumentHelp(
            "Fail with exit code 2 where a median is above this, such as 20us.",
            valueName: "time"))
    var atMost: Latency?

    @Flag(help: "Print the result as JSON on standard output.")
    var json = false

    func validate() throws {
        guard all == (model == nil) else {
            throw ValidationError("one of both is needed: a model, or --all")
        }
        for (name, value) in [
            ("--threads", threads), ("--batch", batch), ("--calls", calls), ("--exit", exit ?? 1),
        ] where !(1...10_000_000).contains(value) {
            throw ValidationError("\(name) is \(value), expected 1 or more")
        }
    }

    func run() throws {
        let peak = try NativeEngine().measuredPeak()
        var report = BenchReport(threads: threads, batch: batch, peak: peak)
        for (network, parameters) in try networks() {
            let subjects = try subjects(network, parameters)
            let times = try CallTimes(
                of: subjects.map(\.predictor), image: network.inputShape.gray, calls: calls,
                threads: threads, batch: batch)
            try report.append(subjects, times)
        }
        try StandardOutput.write(json ? report.json() : report.table())
        let slow = report.rows.filter { $0.medianMicroseconds > atMost?.microseconds ?? .infinity }
        if !slow.isEmpty {
            StandardError.write("Error: --at-most: \(slow.count) medians are above it\n")
            throw ExitCode(2)
        }
    }

    private func networks() throws -> [(network: BranchedNetwork, parameters: ParameterStore)] {
        guard let model else {
            return try BranchedNetwork.known.map { ($0, try .initial(for: $0, seed: 1)) }
        }
        let loaded = try NetworkArgument.load(model)
        guard randomWeights else { return [loaded] }
        return [(loaded.network, try .initial(for: loaded.network, seed: 1))]
    }

    /// Every path of a network on every engine.
    private func subjects(
        _ network: BranchedNetwork, _ parameters: ParameterStore
    ) throws -> [BenchSubject] {
        let paths = try Self.paths(of: network, exit: exit)
        return try engines.flatMap { engine in
            let instance = try Engines.inference(engine, precisionOption.precision)
            return try paths.map { path in
                BenchSubject(
                    engine: engine, precision: precisionOption.precision, path: path,
                    predictor: try path.predictor(parameters, instance))
            }
        }
    }

    /// The whole network, then the way to each exit; or one of those.
    private static func paths(
        of network: BranchedNetwork, exit: Int?
    ) throws -> [BenchPath] {
        let ways = (0..<network.exitCount).map { BenchPath(network: network, exit: $0) }
        if let exit {
            guard ways.indices.contains(exit - 1) else {
                throw ValidationError(
                    "--exit is \(exit), but '\(network.name)' has \(ways.count) exits")
            }
            return [ways[exit - 1]]
        }
        return [BenchPath(network: network, exit: nil)] + (ways.count > 1 ? ways : [])
    }
}

/// What takes turns with others.
struct BenchSubject {
    let engine: EngineChoice
    let precision: InferencePrecision
    let path: BenchPath
    let predictor: Predictor
}

/// A path through a network.
struct BenchPath {
    let network: BranchedNetwork
    /// Where everybody leaves, counted from 0; `nil` for the network without branches.
    let exit: Int?

    var name: String { exit.map { "exit\($0)" } ?? "full" }

    func predictor(
        _ parameters: ParameterStore, _ engine: any Engine
    ) throws -> Predictor {
        guard let exit else {
            return try Predictor(
                network: network.withoutBranches(name: network.name), parameters: parameters,
                policy: ThresholdPolicy(thresholds: []), engine: engine)
        }
        let thresholds = [Float](repeating: 0, count: network.exitCount - 1)
        return try Predictor(
            network: network, parameters: parameters,
            policy: ThresholdPolicy(thresholds: thresholds), engine: engine
        ).leaving(at: exit)
    }

    /// Of one image, padding included.
    func multiplyAccumulates() throws -> Int {
        guard let exit else {
            let plain = network.withoutBranches(name: network.name)
            return try ExitCosts(of: plain).multiplyAccumulates[0]
        }
        return try ExitCosts(of: network).multiplyAccumulates[exit]
    }
}

extension Shape {
    /// An image of this shape: what is in it does not matter.
    fileprivate var gray: [Float] { [Float](repeating: 0.5, count: elementCount) }
}

import ArgumentParser
import BranchyChecksum
import BranchyCompute
import BranchyData
import BranchyEvaluation
import BranchyNet
import BranchyTraining
import BranchyWorkflow
import NativeEngine
import Synchronization

/// `branchynet bench`
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Time every path through a network on this machine.",
        discussion: """
            A path is leaving at one exit, every branch on the way included; the whole network \
            without its branches (full), or with branches that nobody asks (disabled). All paths \
            take turns, call by call, on one gray image; times run from the image to the answer. \
            With --dataset or --data-dir a trained model answers test images in turn, and leaves \
            at its own thresholds too (policy). With --batch a call answers so many images, \
            which the threads share. With --cold the processor's caches are emptied before each \
            call, as other work does in a service.
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

    @OptionGroup var arithmetic: ArithmeticOptions

    @OptionGroup var data: DataOptions

    @OptionGroup var memory: MemoryOptions

    @Option(
        help: ArgumentHelp("Only the way to this exit, counted from 1.", valueName: "i"),
        transform: Number.whole(1...BranchedNetwork.layerLimit))
    var exit: Int?

    @Option(
        help: ArgumentHelp("Threads that predict at the same time.", valueName: "n"),
        transform: Number.whole(1...1_024))
    var threads = 1

    @Option(
        help: ArgumentHelp("Images of a call.", valueName: "n"),
        transform: Number.whole(1...1_048_576))
    var batch = 1

    @Option(
        help: ArgumentHelp(
            "Calls of each path that count, per thread (default: 2000; with --cold 100).",
            valueName: "n"), transform: Number.whole(1...10_000_000))
    var calls: Int?

    @Flag(help: "Empty the processor's caches before each call.")
    var cold = false

    @Option(
        help: ArgumentHelp(
            "Fail with exit code 2 where a median is above this, such as 20us.",
            valueName: "time"), transform: Latency.parse)
    var atMost: Latency?

    @Flag(help: "Print the result as JSON on standard output.")
    var json = false

    func validate() throws {
        guard all == (model == nil) else {
            throw ValidationError("one of both is needed: a model, or --all")
        }
        guard !readsData || (model != nil && !randomWeights && exit == nil) else {
            throw ValidationError(
                "--dataset and --data-dir are for a trained model and all its paths")
        }
    }

    func run() throws {
        let peak = try NativeEngine().measuredPeak()
        var report = BenchReport(
            threads: threads, threadsPerImage: arithmetic.threadsPerImage, batch: batch,
            caches: caches, peak: peak)
        for material in try materials() {
            let subjects = try subjects(of: material)
            let times = try measure(subjects, material)
            try report.append(subjects, times)
        }
        try StandardOutput.write(json ? report.json() : report.table())
        let slow = report.rows.filter { $0.medianMicroseconds > atMost?.microseconds ?? .infinity }
        if !slow.isEmpty {
            StandardError.write("Error: --at-most: \(slow.count) medians are above it\n")
            throw ExitCode(2)
        }
    }

    /// A network with its numbers, and what its calls answer.
    private struct Material {
        let network: BranchedNetwork
        let parameters: ParameterStore
        let batches: [Tensor]
        /// Where a trained model's images leave; known where they are images of a data set.
        var policy: ModelPolicy?
        /// Under these it decides.
        var temperatures: ExitTemperatures?
    }

    private func measure(
        _ subjects: [BenchSubject], _ material: Material
    ) throws -> CallTimes {
        let line = Mutex(ProgressLine(isShown: true))
        defer { line.withLock { $0.clear() } }
        let start = ContinuousClock.now
        return try CallTimes.measure(
            subjects.map(\.predictor), answering: material.batches, calls: callCount,
            threads: threads, caches: caches
        ) { done, count in
            let rest = start.duration(to: .now) / done * (count - done)
            line.withLock {
                $0.update(
                    "timing \(material.network.name): \(Format.grouped(done)) of "
                        + "\(Format.grouped(count)) calls, \(Format.duration(rest)) left")
            }
        }
    }

    private var caches: CacheState { cold ? .cold : .warm }

    /// Emptying the caches takes longer than most calls.
    private var callCount: Int { calls ?? (cold ? 100 : 2_000) }

    private var readsData: Bool { data.dataset != nil || data.dataDir != nil }

    private func materials() throws -> [Material] {
        guard let model else {
            return try BranchedNetwork.known.map { try untrained($0) }
        }
        guard !readsData else { return [try trained(model)] }
        let (network, parameters) = try NetworkArgument.load(model, check)
        guard !randomWeights else { return [try untrained(network)] }
        return [
            Material(
                network: network, parameters: parameters, batches: [network.grayImages(batch)])
        ]
    }

    /// Requires memory for the network with and without branches on every engine, for a session of
    /// every path on each thread, for a batch of images and for the times of all calls.
    private func check(_ network: BranchedNetwork) throws {
        let subjects = engines.count * (exit == nil ? network.exitCount + 3 : 1)
        let images = network.inputShape.elementCount * MemoryLayout<Float>.size
        try memory.limit.check(
            network, samples: subjects * threads, subjects: engines.count * CompiledPaths.count,
            others: batch * images + subjects * threads * callCount * MemoryLayout<Double>.size
                + (cold ? threads * CacheEviction.byteCount : 0))
    }

    private func untrained(_ network: BranchedNetwork) throws -> Material {
        try check(network)
        return Material(
            network: network, parameters: try .initial(for: network, seed: 1),
            batches: [network.grayImages(batch)])
    }

    /// A trained model, and the first test images of its data set, or of the one asked for.
    private func trained(_ name: String) throws -> Material {
        let folder = ShippedModels.folder(name)
        let model = try ShippedModels.read(name, digest: Checksum.sha256)
        try check(model.network)
        let test = try WorkflowDisplay.whileShown(false) { observer in
            try DataFolder(data.source, run: folder, within: memory.limit)
                .splits(of: model, in: folder, observer).test
        }
        let batches = try PreparedImages(
            test, preprocessing: model.preprocessing, for: model.network
        ).batches(of: batch, imageCount: 1_000)
        guard !batches.isEmpty else {
            throw DatasetError(
                .invalidConfiguration, "\(test.name) has no images, expected 1 or more")
        }
        return Material(
            network: model.network, parameters: model.parameters, batches: batches,
            policy: model.policy, temperatures: model.temperatures)
    }

    /// Every path of a network on every engine.
    private func subjects(of material: Material) throws -> [BenchSubject] {
        let paths = try paths(of: material)
        return try engines.flatMap { engine in
            let compiled = try CompiledPaths(
                material.network, material.parameters, temperatures: material.temperatures,
                Engines.inference(
                    engine, arithmetic.precision, threads: arithmetic.threadsPerImage))
            return try paths.map { path in
                try BenchSubject(
                    engine: engine, precision: arithmetic.precision, path: path,
                    predictor: path.predictor(compiled),
                    answering: material.batches.prefix(callCount))
            }
        }
    }

    /// The whole network, then what branches make of it; or the way to one exit.
    private func paths(of material: Material) throws -> [BenchPath] {
        let network = material.network
        let exits = (0..<network.exitCount).map { BenchPath(network: network, way: .exit($0)) }
        if let exit {
            guard exits.indices.contains(exit - 1) else {
                throw ValidationError(
                    "--exit is \(exit), but '\(network.name)' has \(exits.count) exits")
            }
            return [exits[exit - 1]]
        }
        let full = BenchPath(network: network, way: .full)
        guard exits.count > 1 else { return [full] }
        let policy = material.policy.map { BenchPath(network: network, way: .policy($0)) }
        return [full, BenchPath(network: network, way: .disabled)] + exits
            + (policy.map { [$0] } ?? [])
    }
}

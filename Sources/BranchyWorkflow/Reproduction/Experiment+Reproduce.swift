public import BranchyCompute
import BranchyNet
public import BranchyTraining

/// How an experiment is repeated.
public struct ReproductionOptions: Hashable, Sendable {
    /// What training computes in; the experiment's own choice by default.
    public var precision: Precision?
    /// Whether one epoch on a small part of the images does: the same path, in minutes.
    public var isQuick = false
    /// Where the data are.
    public var data = DataSource()
    /// How much memory may be taken.
    public var memory = MemoryLimit()

    /// Options by default.
    public init() {}
}

/// What an experiment came to in this run.
public struct Reproduction: Sendable {
    /// What is kept of it.
    public let result: ExperimentResult
    /// How the thresholds were chosen.
    public let calibration: CalibrationResult
    /// What the test images said.
    public let report: EvaluationReport
}

extension Experiment {
    /// Trains both networks, chooses thresholds on held-out images, reads the test images once and
    /// keeps the result. What is done already is left as it is.
    ///
    /// - Parameters:
    ///   - output: the folder of the experiments' models and results.
    ///   - inference: what answers, and is measured.
    ///   - training: makes what trains, on so many threads.
    /// - Returns: `nil` where there was a result already.
    /// - Throws: what training, calibrating and evaluating throw; ``Interrupted``.
    public func reproduce(
        in output: String, _ options: ReproductionOptions = ReproductionOptions(),
        inference: any Engine, observer: WorkflowObserver = WorkflowObserver(),
        training: (_ threads: Int) throws -> any Engine
    ) throws -> Reproduction? {
        guard try result(in: output) == nil else { return nil }
        try trainNetworks(in: output, options, observer, training)
        let model = ModelFolder(output + "/" + branched)
        var calibrating = CalibrationOptions()
        (calibrating.score, calibrating.data) = (score, options.data)
        calibrating.memory = options.memory
        let calibration = try model.calibrate(
            for: objective, calibrating, engine: inference, observer: observer)
        observer.tell(.calibrated(calibration))
        var evaluating = EvaluationOptions()
        (evaluating.data, evaluating.memory) = (options.data, options.memory)
        evaluating.baseline = baseline(in: output)
        let report = try model.evaluate(evaluating, engine: inference, observer: observer)
        let start = try start(in: output, evaluating, inference, observer)
        let result = try ExperimentResult(
            self, report, recipe: recipe(of: branched, at: model.path),
            plainRecipe: recipe(of: plain, at: baseline(in: output)), start: start,
            objective: calibration.record.objective)
        try result.write(to: resultPath(in: output))
        return Reproduction(result: result, calibration: calibration, report: report)
    }

    /// The plain network that both began with, where they did.
    private func start(
        in output: String, _ options: EvaluationOptions, _ engine: any Engine,
        _ observer: WorkflowObserver
    ) throws -> ExperimentResult.Row? {
        guard startsFromPlain else { return nil }
        let folder = ModelFolder(output + "/" + plain)
        var untimed = options
        (untimed.baseline, untimed.latencyImages) = (nil, 0)
        return .init(
            try folder.evaluate(untimed, engine: engine, observer: observer),
            recipe: try recipe(of: plain, at: folder.path))
    }

    /// Trains the plain network and the branched one, and where that begins with the plain one's
    /// parameters, the plain one for as long after them.
    private func trainNetworks(
        in output: String, _ options: ReproductionOptions, _ observer: WorkflowObserver,
        _ engine: (_ threads: Int) throws -> any Engine
    ) throws {
        let start = startsFromPlain ? output + "/" + plain : nil
        func train(_ name: String, into folder: String, from start: String?, longer: Bool) throws {
            let network = try BranchedNetwork.named(name)
            var recipe = try Recipe.standard(for: network)
            recipe.precision = options.precision ?? precision
            if longer { recipe = try longerPlainRecipe(from: recipe) }
            if options.isQuick { recipe = recipe.quick }
            var run = TrainingRun(network, recipe: recipe, on: options.data, from: start)
            run.memory = options.memory
            if !TrainingRun.isFinished(in: folder) { observer.tell(.began("training \(name)")) }
            try run.trainOnce(into: folder, observer: observer, engine: engine)
        }
        try train(plain, into: output + "/" + plain, from: nil, longer: false)
        try train(branched, into: output + "/" + branched, from: start, longer: false)
        if startsFromPlain {
            try train(plain, into: baseline(in: output), from: start, longer: true)
        }
    }

    private func recipe(of network: String, at folder: String) throws -> Recipe {
        try Recipe(besideModel: folder, of: .named(network))
    }
}

public import BranchyCompute
import BranchyData
public import BranchyNet
public import BranchyWorkflow

/// What a report is about.
public struct ReportOptions: Hashable, Sendable {
    /// What makes the page again, as a line of shell; the page names it.
    public var command: String
    /// The part of the data that is reported on.
    public var split = EvaluationSplit.test
    /// The folder of the plain network, trained on its own for as long, to compare with.
    public var baseline: String?
    /// On how many images times are measured; 0 to count multiply-accumulates instead.
    public var latencyImages = 500
    /// Where the images are.
    public var data = DataSource()
    /// How much memory may be taken.
    public var memory = MemoryLimit()

    /// Options by default.
    public init(command: String = "branchynet report MODEL --output report.html") {
        self.command = command
    }
}

extension ModelFolder {
    /// Shows what a model and its thresholds are worth, as a page to look at.
    ///
    ///     let page = try ModelFolder("runs/lenet").makeReport(engine: NativeEngine())
    ///     try page.html.write(toFile: "report.html", atomically: true, encoding: .utf8)
    ///
    /// Thresholds are only ever chosen by the calibration images; what other images say of them
    /// chose nothing.
    ///
    /// - Throws: `ModelError` where the model or the plain one cannot be read, `DatasetError`,
    ///   `NetworkError`; `Interrupted`.
    public func makeReport(
        _ options: ReportOptions = ReportOptions(), engine: any Engine,
        observer: WorkflowObserver = WorkflowObserver()
    ) throws -> ReportPage {
        let subject = try ReportSubject(
            load(within: options.memory), in: path, engine: engine, command: options.command)
        let splits = try DataFolder(options.data, run: path, within: options.memory)
            .splits(of: subject.trained, in: path, observer)
        let plain = try options.baseline.map {
            try PlainNetwork(at: $0, engine: engine, within: options.memory)
        }
        let maker = ReportMaker(
            subject: subject, plain: plain, splits: splits, latencyImages: options.latencyImages,
            observer: observer)
        return switch options.split {
        case .test: try maker.page(on: splits.test)
        case .calibration: try maker.page(on: splits.calibration)
        case .validation: try maker.page(on: splits.validation)
        }
    }
}

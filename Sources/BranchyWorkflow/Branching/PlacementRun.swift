import BranchyCompute
import BranchyData
import BranchyEvaluation
import BranchyNet
import BranchyTraining
import Foundation

/// Measures places and heads, trains heads on pictures, and searches for those that pay.
struct PlacementRun {
    let plain: TrainedModel
    let options: PlacementOptions
    /// For files of features.
    let folder: String
    /// Is measured, and computes features.
    let inference: any Engine
    let observer: WorkflowObserver

    /// - Parameter engine: makes what trains.
    func result(_ engine: (_ threads: Int) throws -> any Engine) throws -> PlacementResult {
        observer.tell(.began("measuring the way to each place, and heads there"))
        let times = try BranchPointTimes.measure(
            plain.network, parameters: plain.parameters, engine: inference)
        let (kept, leftOut) = times.candidates
        let probes = try options.heads.compactMap {
            try HeadProbes(
                $0, at: kept.map { times.points[$0] }, of: plain, share: options.share)
        }
        guard !probes.isEmpty else { throw noHead(at: kept.count) }
        let bytes = try probes.map { try $0.featureByteCount(Recipe.heads(of: plain)) }.max() ?? 0
        let data = try PlacementData(for: plain, options, featureByteCount: bytes, observer)
        let material = PlacementMaterial(
            points: kept.map { (times.points[$0], times.seconds[$0]) }, leftOut: leftOut,
            probes: probes, data: data,
            featureByteCount: bytes * data.training.count)
        observer.tell(.began(material.plan))
        let search = try search(
            for: try exits(of: probes, at: times, data, engine), wholeSeconds: times.wholeSeconds)
        return PlacementResult(search: search, material: material)
    }

    /// What each exit that could be put on says of the validation images, and the last record.
    private func exits(
        of probes: [HeadProbes], at times: BranchPointTimes, _ data: PlacementData,
        _ engine: (_ threads: Int) throws -> any Engine
    ) throws -> (options: [ExitOption], last: ExitRecord<ValidationSplit>?) {
        let threads = options.threads ?? ProcessInfo.processInfo.activeProcessorCount
        let engine = try engine(threads)
        let seconds = Dictionary(uniqueKeysWithValues: zip(times.points, times.seconds))
        var exits: [ExitOption] = []
        var last: ExitRecord<ValidationSplit>?
        for probe in probes {
            try options.memory.check(training: probe.network, by: probe.recipe(data.recipe))
            let prices = try probe.seconds(by: inference)
            let record = try probe.record(
                by: data.recipe, data.training, data.validation, in: folder, threads: threads,
                inference: inference, engine: engine, observer)
            exits += probe.placements.enumerated().map { exit, placement in
                ExitOption(
                    placement, seconds: seconds[placement.point] ?? times.wholeSeconds,
                    headSeconds: prices[exit], exit: exit, of: record)
            }
            last = record
        }
        return (exits, last)
    }

    private func search(
        for exits: (options: [ExitOption], last: ExitRecord<ValidationSplit>?),
        wholeSeconds: Double
    ) throws -> PlacementSearch {
        guard let last = exits.last else { throw noHead(at: 0) }
        observer.tell(.began("judging sets of exits"))
        return try PlacementSearch(
            PlacementProblem(
                exits.options, last: last, wholeSeconds: wholeSeconds,
                accuracyLoss: options.accuracyLoss)
        ) { judged in
            guard observer.shouldStop else { return }
            throw Interrupted(
                description: "stopped while judging sets of exits, after \(judged); nothing was "
                    + "written")
        }
    }

    private func noHead(at places: Int) -> NetworkError {
        NetworkError(
            .invalidValue,
            "network '\(plain.network.name)': at none of \(places) places a head fits into "
                + "\(Format.percent(options.share)) of the work; allow more by --head-share")
    }
}

/// What exits were chosen from.
struct PlacementMaterial {
    /// The places that were tried, and the way to them.
    let points: [(point: BranchPoint, seconds: Double)]
    let leftOut: [BranchPointTimes.LeftOut]
    let probes: [HeadProbes]
    let data: PlacementData
    /// Of the largest files of features.
    let featureByteCount: Int

    /// What will be done, in a line.
    var plan: String {
        let kinds = probes.map(\.head.rawValue).joined(separator: ", ")
        return "heads at \(points.count) places (\(kinds)): \(data.recipe.epochs) epochs of "
            + "\(Format.grouped(data.training.count)) images, judged by "
            + "\(Format.grouped(data.validation.count)) others; features take "
            + "\(Format.memory(featureByteCount)) of disk"
    }
}

/// What was chosen, and from what.
struct PlacementResult {
    let search: PlacementSearch
    let material: PlacementMaterial
}

import BranchyChecksum
public import BranchyCompute
package import BranchyEvaluation
public import BranchyNet

extension ModelFolder {
    /// Puts branches on a plain model where they pay: a new model in another folder.
    ///
    ///     let placed = try ModelFolder("models/resnet18").branch(
    ///         placing: PlacementOptions(DataSource("folder:photos")), into: "models/b-resnet18",
    ///         inference: NativeEngine()) { try OneDNNEngine(threads: $0) }
    ///
    /// Heads of each kind are trained at all candidates at once, on features of some of the training
    /// images; a search finds those that make the network fastest on the validation images without
    /// making it less accurate than is allowed (``PlacementSearch``). What is written is as
    /// ``branch(at:head:share:seed:into:)`` writes it: its branches begin at random, since a later
    /// run may deal the images out otherwise, and what was learnt from an image that calibrates then
    /// would void its certificate.
    ///
    /// - Parameters:
    ///   - output: the folder, which is made; one that holds anything is refused. Features lie in
    ///     it meanwhile, unless there is a folder for what is kept (``DataSource/cache``). Where no
    ///     exit is worth having, nothing is written.
    ///   - inference: is measured, and computes features, one image at a time.
    ///   - engine: makes what trains, on so many threads.
    /// - Throws: as ``branch(at:head:share:seed:into:)``; `DatasetError` where the data have other
    ///   classes, `CalibrationError` where there are too few, ``Interrupted``.
    public func branch(
        placing options: PlacementOptions, into output: String,
        observer: WorkflowObserver = WorkflowObserver(), inference: any Engine,
        engine: (_ threads: Int) throws -> any Engine
    ) throws -> PlacedExits {
        let (plain, trunk) = try readPlain(for: output)
        try options.memory.check(plain.network)
        let result = try FolderLock(output).whileHeld {
            try PlacementRun(
                plain: plain, options: options, folder: options.data.cache ?? output,
                inference: inference, observer: observer
            ).result(engine)
        }
        let placements = result.search.choice.map { result.search.problem.options[$0].placement }
        let network =
            placements.isEmpty
            ? plain.network
            : try write(plain, trunk, placements, options.share, options.seed, into: output)
        return PlacedExits(
            summary: try BranchingSummary(
                of: network, placements, output, search: PlacementSummary(result)),
            search: result.search)
    }
}

/// What came of placing exits.
public struct PlacedExits: Sendable {
    /// What was put on, and why; its exits are none where none is worth having.
    public let summary: BranchingSummary
    /// The search, for figures.
    package let search: PlacementSearch
}

import BranchyChecksum
import BranchyCompute
public import BranchyNet
import BranchyTraining

extension ModelFolder {
    /// Puts branches on a plain model, whose network stays as it is: a new model in another folder.
    ///
    ///     try ModelFolder("models/resnet18").branch(
    ///         at: ["layer1", "layer2"], head: .conv, into: "models/b-resnet18")
    ///
    /// The last exit answers what the model answers that came in, bit for bit. The branches' parameters
    /// are drawn by the seed; training chooses them (``TrainingRun``, with a recipe that freezes the
    /// trunk). ``strip(into:)`` gives back the model that came in.
    ///
    /// - Parameters:
    ///   - places: where, as ``BranchedNetwork/branchPoint(at:)`` reads it.
    ///   - share: how much of the network's work a branch may take, above 0.
    ///   - output: the folder, which is made; one that holds anything is refused.
    /// - Throws: `NetworkError` where a place is none or a head does not fit, `ModelError` where the
    ///   model cannot be read or the output holds something.
    @discardableResult
    public func branch(
        at places: [String], head: BranchHead = .conv, share: Double = BranchHead.standardShare,
        seed: UInt64 = 1, into output: String
    ) throws -> BranchingSummary {
        let (plain, trunk) = try readPlain(for: output)
        let placements = try places.map {
            BranchPlacement(head, at: try plain.network.branchPoint(at: $0))
        }.sorted { $0.point.layerCount < $1.point.layerCount }
        let network = try write(plain, trunk, placements, share, seed, into: output)
        return try BranchingSummary(of: network, placements, output)
    }

    /// The model of this folder, which has no branches, and its files.
    ///
    /// - Throws: where it has some, and where the output holds something.
    func readPlain(for output: String) throws -> (TrainedModel, TrunkFiles) {
        try OutputFolder.requireEmpty(output)
        let (plain, trunk) = try readTrunk(digest: Checksum.sha256)
        guard plain.network.exitCount == 1 else {
            throw NetworkError(
                .invalidValue,
                "\(path): '\(plain.network.name)' has branches, expected a plain network; "
                    + "`branchynet strip` takes those off that `branchynet branch` put on")
        }
        return (plain, trunk)
    }

    /// Writes a plain model with branches, whose parameters are drawn.
    ///
    /// - Returns: its network.
    func write(
        _ plain: TrainedModel, _ trunk: TrunkFiles, _ placements: [BranchPlacement],
        _ share: Double, _ seed: UInt64, into output: String
    ) throws -> BranchedNetwork {
        var model = plain
        model.network = try plain.network.branched(placements, share: share)
        model.parameters = try .initial(
            for: model.network, seed: seed, by: .he, besides: plain.parameters)
        // Of the network that came in: it says nothing of these exits.
        (model.temperatures, model.policy, model.calibration) = (nil, nil, nil)
        model.provenance.validationAccuracy = []
        try ModelFolder(output).write(
            model, attachments: [TrunkFiles.name: trunk.bytes()], digest: Checksum.sha256)
        return model.network
    }

    /// Takes off the branches that ``branch(at:head:share:seed:into:)`` put on: writes the model that
    /// came in, byte for byte, whatever was trained and calibrated since.
    ///
    /// - Parameter output: the folder, which is made; one that holds anything is refused.
    /// - Throws: `ModelError` where the branches were not put on so, or the backbone is another than
    ///   it was, and as above.
    public func strip(into output: String) throws {
        try OutputFolder.requireEmpty(output)
        let model = try read(digest: Checksum.sha256)
        guard let trunk = try trunkFiles() else {
            throw ModelError(
                .missingFile,
                "\(path) keeps no network that came in (\(TrunkFiles.name)): "
                    + (model.network.exitCount > 1
                        ? "its branches were trained with it, not put on by `branchynet branch`"
                        : "it has no branches"))
        }
        try trunk.restore(of: model, path, to: output, digest: Checksum.sha256)
    }
}

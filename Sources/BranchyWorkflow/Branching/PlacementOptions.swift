public import BranchyNet

/// How exits of a trained network are placed by what it says of pictures.
public struct PlacementOptions: Hashable, Sendable {
    /// The pictures, of the network's classes. Heads learn from those for training, and those for
    /// validation choose.
    public var data: DataSource
    /// What branches may be made of.
    public var heads = BranchHead.allCases
    /// How much of the network's work a branch may take, above 0.
    public var share = BranchHead.standardShare
    /// How much less accurate than the last exit the choice may be, 0 ... 1.
    public var accuracyLoss = 0.005
    /// How many pictures the heads learn from at most, 1 or more.
    public var images = 3_000
    /// How often they see each, 1 or more.
    public var epochs = 6
    /// How many bytes of disk features may take, at any time.
    public var diskByteCount = 4 << 30
    /// How many threads train and compute features, at least 1; all cores by default.
    public var threads: Int?
    /// How much memory may be taken.
    public var memory = MemoryLimit()
    /// What the parameters of the branches that are written are drawn by.
    public var seed: UInt64 = 1

    /// Options by default.
    public init(_ data: DataSource) { self.data = data }
}

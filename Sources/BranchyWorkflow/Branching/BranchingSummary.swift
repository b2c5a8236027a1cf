public import BranchyCompute
import BranchyEvaluation
import BranchyNet

/// What branches were put on a network; its keys are those of `branch --json`.
public struct BranchingSummary: Hashable, Sendable, Encodable {
    /// The model's folder.
    public let model: String
    /// The network's name.
    public let network: String
    /// The exits that were put on, from the image on.
    public let exits: [Exit]
    /// Multiply-accumulates of an image that meets every branch and is answered at the end, by those
    /// of the network that came in.
    public let worstCase: Double
    /// Why the exits are where they are; `nil` where they were named.
    public let search: PlacementSummary?

    /// An exit that was put on.
    public struct Exit: Hashable, Sendable, Encodable {
        /// The branch's name.
        public let name: String
        /// The branch point that it grows from.
        public let behind: String
        /// Of what kind the branch is.
        public let head: String
        /// What it reads.
        public let shape: Shape
        /// Multiply-accumulates of the branch, by those of the network that came in.
        public let headShare: Double
        /// The same from the image to the exit, branches before it included.
        public let share: Double
    }

    init(
        of network: BranchedNetwork, _ placements: [BranchPlacement], _ folder: String,
        search: PlacementSummary? = nil
    ) throws {
        (model, self.network, self.search) = (folder, network.name, search)
        let costs = try ExitCosts(of: network)
        let program = try network.plainProgram().program
        let whole = Double(max(costs.backbone, 1))
        exits = placements.enumerated().map { exit, placement in
            let own = program.multiplyAccumulates(
                inSegment: NetworkProgram.branchSegment(ofStage: exit))
            return Exit(
                name: network.exitNames[exit], behind: placement.point.name,
                head: placement.head.rawValue, shape: placement.point.shape,
                headShare: Double(own) / whole,
                share: Double(costs.multiplyAccumulates[exit]) / whole)
        }
        worstCase = Double(costs.multiplyAccumulates[placements.count]) / whole
    }
}

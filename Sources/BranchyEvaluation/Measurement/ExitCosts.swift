import BranchyCompute
public import BranchyNet

/// What it costs to leave at each exit, in multiply-accumulates of one sample.
public struct ExitCosts: Hashable, Sendable {
    /// From the image to the answer at each exit: the backbone so far and every branch visited on
    /// the way, that of the exit included; for exits that nobody asks, the backbone alone.
    public let multiplyAccumulates: [Int]
    /// From the image to the end of the backbone, without any branch.
    public let backbone: Int

    /// Counts the work of a network.
    ///
    /// - Parameter firstExit: the first exit that is asked; branches before it are not visited.
    /// - Throws: `NetworkError` where the network is none.
    public init(of network: BranchedNetwork, firstExit: Int = 0) throws(NetworkError) {
        let program = try network.plainProgram().program
        var (total, backbone) = (0, 0)
        var costs: [Int] = []
        for stage in network.stages.indices {
            let own = program.multiplyAccumulates(
                inSegment: NetworkProgram.backboneSegment(ofStage: stage))
            backbone += own
            total += own
            if stage >= firstExit, network.stages[stage].branch != nil {
                total += program.multiplyAccumulates(
                    inSegment: NetworkProgram.branchSegment(ofStage: stage))
            }
            costs.append(total)
        }
        multiplyAccumulates = costs
        self.backbone = backbone
    }
}

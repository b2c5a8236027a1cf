import BranchyCompute
import BranchyNet

extension Recipe {
    /// What the derivatives of the joint loss by each parameter are multiplied by; 1 where nothing is
    /// said.
    ///
    /// Gradient equilibrium changes what meets behind stage i of k, counted from 1: the derivative that
    /// comes back from the branch is multiplied by 1 / (k − i + 1), and that from the later exits by
    /// (k − i) / (k − i + 1). Exit j's way back to stage i leads through every factor in between, and
    ///
    ///     (k−i)/(k−i+1) · (k−i−1)/(k−i) · … · 1/(k−j+1)  =  1 / (k − i + 1)
    ///
    /// whatever j is. So a stage's parameters get the mean of what the k − i + 1 exits behind it ask
    /// for, in place of the sum: the derivatives of joint training times 1 / (k − i + 1). Those of
    /// branches stay as they are. No operation is needed for it, and with one exit nothing changes.
    ///
    /// References: Li, H. et al., *Improved Techniques for Training Adaptive Deep Networks*, ICCV 2019,
    /// on gradient equilibrium: the variance of a sum grows with the number of exits, and that of a
    /// mean does not.
    ///
    /// - Parameter exits: those that are trained.
    /// - Throws: `NetworkError` where the description does not make a network.
    func gradientScales(
        of network: BranchedNetwork, trainingExits exits: Range<Int>
    ) throws -> [String: Float] {
        guard gradientEquilibrium else { return [:] }
        let program = try network.plainProgram().program
        let names = Dictionary(
            uniqueKeysWithValues: program.parameters.map { ($0.value, $0.name) })
        var scales: [String: Float] = [:]
        for stage in network.stages.indices {
            let segment = program.segments[NetworkProgram.backboneSegment(ofStage: stage)]
            for name in segment.instructions.flatMap(\.operands).compactMap({ names[$0] }) {
                scales[name] = 1 / Float(exits.suffix(network.exitCount - stage).count)
            }
        }
        return scales
    }
}

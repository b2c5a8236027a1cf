import BranchyEvaluation
import BranchyNet
import Testing

struct ExitCostsTests {
    /// By hand: conv1 30·30·5·25 = 112,500; the branch 15·15·10·45 + 640·10 = 107,650; the rest
    /// 17·17·10·125 + 11·11·20·250 + 720·84 + 84·10 = 1,027,570.
    @Test func countsTheBackboneAndEveryBranchVisited() throws {
        let costs = try ExitCosts(of: .bLeNet)
        #expect(costs.multiplyAccumulates == [220_150, 1_247_720])
    }
}

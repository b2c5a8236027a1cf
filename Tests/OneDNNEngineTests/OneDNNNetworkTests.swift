#if OneDNN
import BranchyNet
import Compute
import OneDNNEngine
import TestSupport
import Testing

/// Whole networks against the reference engine, within what rounding may do.
struct OneDNNNetworkTests {
    /// Layers are moved and fused, and laid out anew; the reference runs them as written.
    @Test(arguments: BranchedNetwork.known, [1, 2])
    func infersThePlainLogits(_ network: BranchedNetwork, threads: Int) throws {
        let plain = try network.plainProgram().program
        let feed = Feed(for: plain, batchSize: 2)
        let outputs = try OneDNNEngine(threads: threads).outputs(
            of: network.inferenceProgram().program, batchSize: 2, feed)
        try Agreement(reference: plain, batchSize: 2, feed).require(outputs)
    }

    @Test(arguments: BranchedNetwork.known, [1, 2])
    func trainsOnTheReferencesGradients(_ network: BranchedNetwork, threads: Int) throws {
        let program = try network.trainingProgram().program
        let feed = Feed(for: program, batchSize: 2)
        let outputs = try OneDNNEngine(threads: threads).outputs(
            of: program, batchSize: 2, feed)
        try Agreement(reference: program, batchSize: 2, feed).require(outputs)
    }
}
#endif

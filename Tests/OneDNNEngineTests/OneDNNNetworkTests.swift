#if OneDNN
import BranchyNet
import BranchyCompute
import OneDNNEngine
import TestSupport
import Testing

/// Whole networks against the reference engine, within what rounding may do.
struct OneDNNNetworkTests {
    /// Those that the reference engine gets through in seconds: of residual blocks the conformance
    /// suite has small ones.
    static let networks: [BranchedNetwork] = [
        .bLeNet, .leNet, .bAlexNet, .bAlexNetFast, PathNetworkTests.network,
    ]

    /// Layers are moved, fused and folded, and laid out anew; the reference runs them as written.
    @Test(arguments: networks, [1, 2])
    func infersThePlainLogits(_ network: BranchedNetwork, threads: Int) throws {
        let plain = try network.plainProgram().program
        var feed = Feed(for: plain, batchSize: 2)
        feed.makeVariancesPositive()
        var folded = feed
        let program: Program
        (program, folded.parameters) = try network.inferenceProgram().program
            .foldingBatchNormalization(with: feed.parameters)
        let outputs = try OneDNNEngine(threads: threads).outputs(
            of: program, batchSize: 2, folded)
        try Agreement(reference: plain, batchSize: 2, feed).require(outputs)
    }

    @Test(arguments: networks, [1, 2])
    func trainsOnTheReferencesGradients(_ network: BranchedNetwork, threads: Int) throws {
        let program = try network.trainingProgram().program
        let feed = Feed(for: program, batchSize: 2)
        let outputs = try OneDNNEngine(threads: threads).outputs(
            of: program, batchSize: 2, feed)
        try Agreement(reference: program, batchSize: 2, feed).require(outputs)
    }

    /// Two losses of each exit, whose derivatives by the same logits are added up.
    @Test func trainsOnTheReferencesGradientsOfMixedSamples() throws {
        let program = try BranchedNetwork.bLeNet
            .trainingProgram(labelSmoothing: 0.1, mixesSamples: true).program
        let feed = Feed(for: program, batchSize: 3)
        let outputs = try OneDNNEngine(threads: 1).outputs(of: program, batchSize: 3, feed)
        try Agreement(reference: program, batchSize: 3, feed).require(outputs)
    }

    /// Rounding to 8 bits moves some maxima to a neighbour, and their derivatives with them; the
    /// cosine between the derivatives stays close to 1.
    @Test(arguments: [BranchedNetwork.bLeNet])
    func gradientsInBFloat16PointTheSameWay(_ network: BranchedNetwork) throws {
        let wide = try network.trainingProgram().program
        var feed = Feed(for: wide, batchSize: 16)
        feed.inputs = feed.inputs.mapValues(\.scaledByFanIn)
        let engine = try OneDNNEngine(threads: 2)
        let expected = try engine.outputs(of: wide, batchSize: 16, feed)
        do {
            let outputs = try engine.outputs(of: wide.inBFloat16(), batchSize: 16, feed)
            for (name, tensor) in expected {
                let actual = try #require(outputs[name])
                let cosine =
                    actual.product(with: tensor)
                    / (actual.product(with: actual) * tensor.product(with: tensor)).squareRoot()
                #expect(cosine > 0.9, "\(name)")
            }
        } catch let error as EngineError where error.code == .unsupported {}
    }
}

extension Tensor {
    /// Weights as training begins with them, so that no logit decides alone.
    fileprivate var scaledByFanIn: Tensor {
        guard shape.rank == 4 || shape.rank == 2 else {
            return Tensor(shape, scalars.map(\.magnitude))
        }
        let fanIn = Float(shape.elementCount / shape[0])
        return Tensor(shape, scalars.map { $0 * (3 / fanIn).squareRoot() })
    }

    fileprivate func product(with other: Tensor) -> Float {
        zip(scalars, other.scalars).reduce(0) { $0 + $1.0 * $1.1 }
    }
}
#endif

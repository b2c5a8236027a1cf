public import BranchyCompute

/// A network of which only some parameters are trained: what is computed of an image once, and what
/// learns from that.
///
/// Where branches are trained and the backbone is frozen, the features are the values at the branch
/// points, or what layers without parameters make of them, such as the means of channels.
///
/// References: Kaya, Hong, Dumitras, *Shallow-Deep Networks*, ICML 2019, section 4.2 (internal
/// classifiers on a network that stays as it is).
public struct FrozenNetwork: Sendable {
    /// From the image to the features, as inference runs it; the logits of exits that are not trained
    /// are outputs too.
    public let features: Program
    /// The shape of each feature of an image; see `SeparatedProgram/featureName(_:)`.
    public let featureShapes: [Shape]
    /// From the features to the logits of the exits that are trained, as inference runs it.
    public let heads: Program
    /// The same as training runs it, without losses.
    private let training: NetworkProgram
    private let network: BranchedNetwork

    /// - Throws: ``NetworkError`` where the description does not make a network, or an exit that is
    ///   trained reads the image itself.
    init(_ network: BranchedNetwork, training names: Set<String>) throws(NetworkError) {
        self.network = network
        let given = try NetworkLowering.lower(network).program.separated(training: names)
        features = given.frozen.droppingDropout().hoistingSharedLayers().fusingActivations()
        featureShapes = given.features.map(\.shape)
        heads = given.trained.droppingDropout().fusingActivations()
        guard heads.inputIndex(named: NetworkProgram.imageInput) == nil, !featureShapes.isEmpty
        else {
            throw NetworkError(
                .invalidValue,
                "network '\(network.name)': what is trained begins at the image, so that nothing is "
                    + "left to be frozen")
        }
        let batch = try NetworkLowering.lower(network, statistics: .batch)
        training = NetworkProgram(
            batch.program.separated(training: names).trained
                .fusingActivationsIntoBatchNormalizations(),
            masks: batch.masks, batchStatistics: batch.batchStatistics)
    }

    /// The exits that are trained.
    public var trainedExits: [Int] {
        (0..<network.exitCount).filter {
            heads.outputIndex(named: NetworkProgram.logitsOutput(ofExit: $0)) != nil
        }
    }

    /// From the features to the losses and their derivatives by every parameter that is trained.
    ///
    /// - Parameters:
    ///   - labelSmoothing: the share of a target that all classes get alike, 0 ..< 1.
    ///   - temperature: at which the exits learn from a teacher too, above 0; `nil` for labels alone.
    /// - Throws: ``NetworkError`` where the description does not make a network.
    public func trainingProgram(
        labelSmoothing: Float = 0, temperature: Float? = nil
    ) throws(NetworkError) -> NetworkProgram {
        try training.withLosses(
            of: network, exits: 0..<network.exitCount, labelSmoothing: labelSmoothing,
            mixesSamples: false, temperature: temperature)
    }
}

extension BranchedNetwork {
    /// This network with all parameters frozen but some.
    ///
    /// - Parameter names: of those that are trained, such as ``branchParameters``.
    /// - Throws: ``NetworkError`` where the description does not make a network, or nothing of it is
    ///   frozen.
    public func frozen(
        training names: some Sequence<String>
    ) throws(NetworkError) -> FrozenNetwork {
        try FrozenNetwork(self, training: Set(names))
    }

    /// The names of ``branchParameters()``, and of those of the last layer of the backbone that has
    /// weights: what says how classes are told from one another.
    ///
    /// - Throws: ``NetworkError`` where the description does not make a network.
    public func exitParameters() throws(NetworkError) -> [String] {
        let last = stages.last?.backbone.lastWeights.map { $0 + "." }
        let names = Set(try branchParameters())
        return try plainProgram().program.parameters.map(\.name).filter { name in
            names.contains(name) || last.map(name.hasPrefix) == true
        }
    }

    /// The names of the parameters of all branches, in the network's order.
    ///
    /// - Throws: ``NetworkError`` where the description does not make a network.
    public func branchParameters() throws(NetworkError) -> [String] {
        let backbone = try withoutBranches(name: name).plainProgram().program.parameters
        let names = Set(backbone.map(\.name))
        return try plainProgram().program.parameters.map(\.name).filter { !names.contains($0) }
    }
}

/// A stretch of a run in which one part of a network is trained, by a schedule of its own.
package struct TrainingPhase: Hashable, Sendable {
    /// Its epochs, counted from 0. What is added to a finished run goes on as its last phase.
    package let epochs: Range<Int>
    /// The exits whose losses are minimized.
    package let exits: Range<Int>
    /// How many stages in front stay as they are, and run as inference runs them.
    package let frozenStages: Int
}

extension Recipe {
    /// Which exits are trained when.
    public struct RegimeRecipe: Hashable, Sendable, Codable {
        /// `joint`, `trunkFirst` or `layerWise`.
        public var name = Name.joint
        /// Of the epochs of `trunkFirst`, the share in which the last exit is trained alone, 0 ..< 1.
        public var trunkShare = 0.5

        /// The regimes there are.
        public enum Name: String, Hashable, Sendable, Codable, CaseIterable {
            /// All exits all the time.
            ///
            /// References: Teerapittayanon, McDanel, Kung, *BranchyNet*, ICPR 2016, equation 1.
            case joint
            /// The network without branches first, then all exits.
            ///
            /// References: Teerapittayanon, McDanel, Kung, *BranchyNet*, ICPR 2016 (branches are
            /// trained from the weights of the plain network); Kubaty et al., *How to Train Your
            /// Multi-Exit Model?* (first *Joint or Disjoint*, arXiv 2407.14320), ICML 2025: "mixed".
            case trunkFirst
            /// One exit after the other, each with the piece of the trunk before it, on what the pieces
            /// before that have learnt and now keep.
            ///
            /// References: Belilovsky, Eickenberg, Oyallon, *Greedy Layerwise Learning Can Scale to
            /// ImageNet*, ICML 2019, algorithm 1, with branches for the auxiliary classifiers.
            case layerWise
        }

        /// All exits all the time.
        public init() {}
    }

    /// What is trained when: phases that follow one another and together have all of ``epochs``.
    ///
    /// Each begins as a run of its own would from the model of the one before: with its own course of the
    /// learning rate, and an optimizer that remembers nothing.
    package var phases: [TrainingPhase] {
        let exits = 0..<lossWeights.count
        let end = min(max(epochs, 0), Self.largestEpochs)
        switch regime.name {
        case .joint: return [TrainingPhase(epochs: 0..<end, exits: exits, frozenStages: 0)]
        case .trunkFirst:
            let start = min(trunkEpochs, end)
            let trunk = TrainingPhase(epochs: 0..<start, exits: exits.suffix(1), frozenStages: 0)
            let all = TrainingPhase(epochs: start..<end, exits: exits, frozenStages: 0)
            return trunk.epochs.isEmpty ? [all] : [trunk, all]
        case .layerWise:
            return exits.map { exit in
                TrainingPhase(
                    epochs: exit * end / exits.count..<(exit + 1) * end / exits.count,
                    exits: exit..<exit + 1, frozenStages: exit)
            }
        }
    }

    /// The phase of an epoch, counted from 0.
    func phase(ofEpoch epoch: Int) -> TrainingPhase {
        phases.last { $0.epochs.lowerBound <= epoch }
            ?? TrainingPhase(epochs: 0..<0, exits: 0..<lossWeights.count, frozenStages: 0)
    }

    /// In how many epochs the last exit is trained alone before all are.
    private var trunkEpochs: Int {
        // Of a share that is out of its range there may be no such number.
        max(Int(exactly: (regime.trunkShare * Double(epochs)).rounded()) ?? 0, 0)
    }

    /// Requires that each phase trains something, for an epoch or more.
    func validateRegime() throws(TrainingError) {
        let key = "regime.trunkShare"
        try require(0..<1 ~= regime.trunkShare, key, regime.trunkShare, "0 to below 1")
        guard regime.name != .joint else { return }
        try require(freeze == .none, "regime.name", regime.name, "joint where 'freeze' is trunk")
        switch regime.name {
        case .joint: break
        case .trunkFirst:
            try require(
                regime.trunkShare == 0 || 1..<epochs ~= trunkEpochs, key, regime.trunkShare,
                "0, or a share of 'epochs' (\(epochs)) that leaves an epoch or more to either part")
            try require(
                lossWeights.last.map { $0 > 0 } ?? false, "lossWeights", lossWeights,
                "a last one above 0 where 'regime.name' is trunkFirst")
        case .layerWise: try validateLayerWise()
        }
    }

    private func validateLayerWise() throws(TrainingError) {
        let reason = "where 'regime.name' is layerWise: one exit learns at a time"
        try require(
            epochs >= lossWeights.count, "epochs", epochs,
            "\(lossWeights.count) or more, one for each exit, where 'regime.name' is layerWise")
        try require(
            lossWeights.allSatisfy { $0 > 0 }, "lossWeights", lossWeights,
            "numbers above 0 \(reason)")
        try require(
            !gradientEquilibrium, "gradientEquilibrium", gradientEquilibrium, "false \(reason)")
        try require(
            distillation.weight == 0, "distillation.weight", distillation.weight, "0 \(reason)")
    }
}

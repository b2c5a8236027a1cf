import BranchyNet
import BranchyTraining

/// What a training came to; its keys are those of `train --json`.
public struct TrainingSummary: Hashable, Sendable, Encodable {
    /// The model's folder.
    public let model: String
    /// The network's name.
    public let network: String
    /// Passes over the training images.
    public let epochs: Int
    /// Mean joint loss of the last epoch, in nats; `nil` of no epoch.
    public let trainingLoss: Double?
    /// Accuracy of each exit on all validation images after it, 0 ... 1.
    public let validationAccuracy: [Double]
    /// How many images of each class it learnt from.
    public let classes: [ClassCount]

    /// How many images of a class a training learns from.
    public struct ClassCount: Hashable, Sendable, Encodable {
        /// The class, counted from 0.
        public let `class`: Int
        /// What it is called.
        public let className: String
        /// How many images there are of it.
        public let samples: Int
    }

    init(of checkpoint: Checkpoint, in folder: String, _ classes: ClassCounts) {
        let last = checkpoint.state.history.last
        (model, network, epochs) = (folder, checkpoint.network.name, last?.epoch ?? 0)
        trainingLoss = last?.trainingLoss
        validationAccuracy = last?.validationAccuracy ?? []
        self.classes = classes.documents
    }
}

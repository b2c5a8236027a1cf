public import BranchyCompute

/// A network with side branches: a chain of stages, each of which ends in an exit.
///
/// Write the backbone from the image on and put a ``Branch`` wherever a sample may leave:
///
///     let network = BranchedNetwork("tiny", inputShape: [1, 28, 28], classCount: 10) {
///         Conv2D("conv1", inputChannels: 1, outputChannels: 8, kernelSize: 5, stride: 2)
///         ReLU()
///         Branch("branch1") {
///             Flatten()
///             Linear("linear", inputFeatures: 1152, outputFeatures: 10)
///         }
///         Conv2D("conv2", inputChannels: 8, outputChannels: 16, kernelSize: 5, stride: 2)
///         ReLU()
///         Flatten()
///         Linear("linear1", inputFeatures: 256, outputFeatures: 10)
///     }
///
/// A network is a description only; its numbers live in a `ParameterStore`. Whether its layers
/// fit one another is checked when it is lowered to a program (``NetworkProgram``).
///
/// References: Teerapittayanon, McDanel, Kung, *BranchyNet: Fast Inference via Early Exiting from
/// Deep Neural Networks*, ICPR 2016, section III.
public struct BranchedNetwork: Hashable, Sendable, Codable {
    /// For people and file names.
    public var name: String
    /// Shape of one image: `[channels, height, width]`.
    public var inputShape: Shape
    /// Number of classes; every exit ends in as many logits.
    public var classCount: Int
    /// The stages, from the image on; the last one has no branch.
    public var stages: [Stage]

    /// Describes a network by its stages.
    public init(name: String, inputShape: Shape, classCount: Int, stages: [Stage]) {
        self.name = name
        self.inputShape = inputShape
        self.classCount = classCount
        self.stages = stages
    }

    /// Describes a network by its layers and branches, in the order in which a sample meets them.
    public init(
        _ name: String, inputShape: Shape, classCount: Int,
        @NetworkBuilder _ content: () -> [NetworkBuilder.Element]
    ) {
        self.init(
            name: name, inputShape: inputShape, classCount: classCount,
            stages: NetworkBuilder.stages(content()))
    }

    /// How many exits there are, the final one included.
    public var exitCount: Int { stages.count }

    /// The exits' names for people: the branches' names, then `final exit`.
    public var exitNames: [String] { stages.map(\.exitName) }

    /// How many layers and stages a network can have together: ten times what the deepest that are
    /// published have.
    public static let layerLimit = 10_000

    /// How many layers and stages there are, residual blocks and the layers in them included.
    public var layerCount: Int {
        stages.reduce(stages.count) {
            $0 + ($1.backbone + ($1.branch?.layers ?? [])).reduce(0) { $0 + $1.count }
        }
    }

    /// The same backbone without any branch: what the paper compares with, and starts from.
    ///
    /// Its parameters have the same names as the backbone's here.
    public func withoutBranches(name: String) -> BranchedNetwork {
        BranchedNetwork(
            name: name, inputShape: inputShape, classCount: classCount,
            stages: [Stage(backbone: stages.flatMap(\.backbone), branch: nil)])
    }
}

/// A run of backbone layers and the branch at its end.
///
/// The last stage of a network has no branch: its own last layer is the final exit.
public struct Stage: Hashable, Sendable, Codable {
    /// What every sample that reaches this stage goes through.
    public var backbone: [Layer]
    /// Where a sample may leave afterwards.
    public var branch: Branch?

    /// What people call the exit at its end.
    var exitName: String { branch?.name ?? "final exit" }

    /// Describes a stage.
    public init(backbone: [Layer], branch: Branch?) {
        self.backbone = backbone
        self.branch = branch
    }
}

/// A side branch: layers from a branch point of the backbone to the logits of an exit.
public struct Branch: Hashable, Sendable, Codable {
    /// In front of the names of the branch's parameters, and for people.
    public var name: String
    /// From the branch point to the logits.
    public var layers: [Layer]

    /// Describes a branch by a list of layers.
    public init(name: String, layers: [Layer]) {
        self.name = name
        self.layers = layers
    }

    /// Describes a branch by its layers, in order.
    public init(_ name: String, @LayerBuilder _ layers: () -> [Layer]) {
        self.init(name: name, layers: layers())
    }
}

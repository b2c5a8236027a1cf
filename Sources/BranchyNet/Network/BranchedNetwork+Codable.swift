import BranchyCompute

// A key that nobody reads is a mistake of whoever wrote it, so it is refused, not passed over.
//
// Encoding is synthesized where the types are declared; keys that were private here would make the
// compiler emit one symbol in two files, which some builds do not survive.

extension BranchedNetwork {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, inputShape, classCount, stages
    }

    /// Reads an object with the properties' names as keys.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedByOnly: CodingKeys.self)
        self.init(
            name: try container.decode(String.self, forKey: .name),
            inputShape: try container.decode(Shape.self, forKey: .inputShape),
            classCount: try container.decode(Int.self, forKey: .classCount),
            stages: try container.decode([Stage].self, forKey: .stages))
    }
}

extension Stage {
    enum CodingKeys: String, CodingKey, CaseIterable { case backbone, branch }

    /// Reads an object with the properties' names as keys; the last stage has no branch.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedByOnly: CodingKeys.self)
        self.init(
            backbone: try container.decode([Layer].self, forKey: .backbone),
            branch: try container.decodeIfPresent(Branch.self, forKey: .branch))
    }
}

extension Branch {
    enum CodingKeys: String, CodingKey, CaseIterable { case name, layers }

    /// Reads an object with the properties' names as keys.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedByOnly: CodingKeys.self)
        self.init(
            name: try container.decode(String.self, forKey: .name),
            layers: try container.decode([Layer].self, forKey: .layers))
    }
}

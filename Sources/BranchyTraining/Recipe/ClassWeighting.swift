/// How much an image counts in training by the class that it is of.
public enum ClassWeighting: String, Hashable, Sendable, Codable, CaseIterable {
    /// All images count alike, so a class by how many images it has.
    case none
    /// All classes count alike: the loss of an image is multiplied by
    ///
    ///     images / (classes · images of its class)
    ///
    /// where only classes that have images are counted. The mean over all images is 1, so that a
    /// learning rate that fits without fits here too.
    ///
    /// References: King, Zeng, *Logistic Regression in Rare Events Data*, 2001; `class_weight` of
    /// scikit-learn.
    case balanced

    /// What an image of each class counts; 1 for classes without images, which nobody asks for.
    ///
    /// - Parameter counts: how many images there are of each class.
    package func weights(ofClasses counts: [Int]) -> [Float] {
        let sum = Double(counts.reduce(0, +))
        let classes = Double(counts.count { $0 > 0 })
        return counts.map { count in
            self == .none || count == 0 ? 1 : Float(sum / (classes * Double(count)))
        }
    }
}

extension KeyedDecodingContainer {
    /// Runs that were begun before there was this key have no such weights. Decoding that the
    /// compiler writes calls this.
    func decode(_ type: ClassWeighting.Type, forKey key: Key) throws -> ClassWeighting {
        try decodeIfPresent(type, forKey: key) ?? .none
    }
}

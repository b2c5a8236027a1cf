public import BranchyData
public import BranchyNet

/// An exit that could be put on a network: what it would cost, and what it would say.
public struct ExitOption: Hashable, Sendable {
    /// Where, and what it is made of.
    public let placement: BranchPlacement
    /// Seconds from the image to the place, without any branch.
    public let seconds: Double
    /// Seconds that its branch takes.
    public let headSeconds: Double
    /// How sure it is of each image; whoever is below a threshold leaves.
    let entropies: [Float]
    /// Whether it is right, by image.
    let isRight: [Bool]

    /// Describes an exit by what it said of some images.
    ///
    /// - Parameter exit: which of the record's exits it is.
    public init(
        _ placement: BranchPlacement, seconds: Double, headSeconds: Double, exit: Int,
        of record: ExitRecord<ValidationSplit>
    ) {
        self.init(
            placement, seconds: seconds, headSeconds: headSeconds,
            entropies: (0..<record.count).map { record[$0, exit].entropy },
            isRight: record.isCorrect[exit])
    }

    /// - Precondition: there are as many of both.
    package init(
        _ placement: BranchPlacement, seconds: Double, headSeconds: Double, entropies: [Float],
        isRight: [Bool]
    ) {
        precondition(entropies.count == isRight.count, "an entropy and a judgement of each image")
        (self.placement, self.seconds, self.headSeconds) = (placement, seconds, headSeconds)
        (self.entropies, self.isRight) = (entropies, isRight)
    }

    /// On all of the images, 0 ... 1.
    public var accuracy: Double { isRight.accuracy }
}

extension [Bool] {
    /// The share that is true.
    var accuracy: Double {
        isEmpty ? 0 : Double(reduce(0) { $0 + ($1 ? 1 : 0) }) / Double(count)
    }
}

public import BranchyData
public import BranchyNet

/// Which exits a network should have: the options that there are, and what is asked of a choice.
///
/// A choice is a set of options, one at a place at most. It is worth the least mean time that
/// thresholds on entropy give it without falling below the accuracy that is asked for, found as
/// ``ThresholdCalibrator`` finds thresholds.
public struct PlacementProblem: Sendable {
    /// From the image on; those of a place stand beside one another.
    public let options: [ExitOption]
    /// Seconds from the image to the last exit's answer, without any branch.
    public let wholeSeconds: Double
    /// The least accuracy that is asked for, 0 ... 1.
    public let leastAccuracy: Double
    /// Whether the last exit is right, by image.
    let lastIsRight: [Bool]
    /// For each option, the images in the order in which it lets them leave.
    let orders: [[Int]]

    /// How many combinations of thresholds are tried for a choice. Few, since many choices are looked
    /// at: all of two exits, and from three on thresholds move one at a time.
    private static let vectorLimit = 1 << 18

    /// Describes the problem by what all exits said of the same images.
    ///
    /// - Parameters:
    ///   - options: in any order.
    ///   - record: its last exit is the network's.
    ///   - accuracyLoss: how much less accurate than the last exit a choice may be, 0 ... 1.
    public init(
        _ options: [ExitOption], last record: ExitRecord<ValidationSplit>, wholeSeconds: Double,
        accuracyLoss: Double
    ) {
        self.init(
            options, lastIsRight: record.isCorrect[record.exitCount - 1],
            wholeSeconds: wholeSeconds, accuracyLoss: accuracyLoss)
    }

    /// - Precondition: there is a judgement of each image.
    package init(
        _ options: [ExitOption], lastIsRight: [Bool], wholeSeconds: Double, accuracyLoss: Double
    ) {
        precondition(
            options.allSatisfy { $0.isRight.count == lastIsRight.count }, "the same images")
        self.options = options.sorted {
            $0.placement.point.layerCount < $1.placement.point.layerCount
        }
        (self.wholeSeconds, self.lastIsRight) = (wholeSeconds, lastIsRight)
        leastAccuracy = max(lastIsRight.accuracy - accuracyLoss, 0)
        orders = self.options.map { option in
            lastIsRight.indices.sorted {
                (option.entropies[$0], $0) < (option.entropies[$1], $1)
            }
        }
    }

    /// How many images there are.
    public var sampleCount: Int { lastIsRight.count }

    /// How often the last exit is right, 0 ... 1.
    public var lastAccuracy: Double { lastIsRight.accuracy }

    /// Where an option is, counted from the image on.
    func place(of option: Int) -> Int { options[option].placement.point.layerCount }

    /// Seconds to leave at each exit of a choice, the last one included: the backbone and every branch
    /// so far.
    public func secondsToExit(of choice: [Int]) -> [Double] {
        var heads = 0.0
        let early = choice.map { index in
            heads += options[index].headSeconds
            return options[index].seconds + heads
        }
        return early + [wholeSeconds + heads]
    }

    /// The thresholds worth having with a choice, those of the least mean time first.
    ///
    /// - Parameter choice: indices of options, from the image on; at least one.
    public func front(of choice: [Int]) -> [OperatingPoint] {
        let isGood = choice.map { options[$0].isRight } + [lastIsRight]
        let costs = secondsToExit(of: choice)
        let solver = ThresholdSolver(
            isGood: isGood, costOfExit: costs, vectorLimit: Self.vectorLimit
        ) {
            ThresholdGrid(
                choice.map { options[$0].entropies }, sampleCount: sampleCount, score: .entropy,
                limit: $0)
        }
        return solver.best.front.map {
            solver.grid.point($0, isCorrect: isGood, costOfExit: costs)
        }
    }

    /// The fastest thresholds of a choice that are as accurate as is asked for. Without exits, that is
    /// the network as it is.
    public func point(of choice: [Int]) -> OperatingPoint {
        let plain = OperatingPoint(
            thresholds: choice.map { _ in 0 }, accuracy: lastAccuracy,
            exitRates: choice.map { _ in 0 } + [1], cost: secondsToExit(of: choice).last ?? 0)
        guard !choice.isEmpty else { return plain }
        // Shares of whole images: what is equal has equal bits.
        return front(of: choice).first { $0.accuracy >= leastAccuracy } ?? plain
    }
}

import BranchyData
public import BranchyNet

extension PlacementSearch {
    /// What an exit would do beside those that were chosen, or does, if it is one of them.
    public struct Verdict: Hashable, Sendable {
        /// Whether it was chosen.
        public let isChosen: Bool
        /// Mean seconds of an image that its branch takes, over all images.
        public let costs: Double
        /// Mean seconds of an image that are spared by its being there, its own branch aside; below 0
        /// where thresholds of the others have to be more cautious.
        public let spares: Double
        /// The share of images that leave at it.
        public let exitRate: Double
    }

    /// What becomes of each option, in their order.
    ///
    /// An option that was left out is judged beside the chosen ones, in the place of one that stands
    /// at the same point.
    public var verdicts: [Verdict] { problem.options.indices.map(verdict) }

    private func verdict(on option: Int) -> Verdict {
        let isChosen = choice.contains(option)
        let others = choice.filter { problem.place(of: $0) != problem.place(of: option) }
        let with = problem.adding(option, to: others) ?? others
        let point = judged[with] ?? problem.point(of: with)
        let position = with.firstIndex(of: option) ?? 0
        let arriving = 1 - point.exitRates.prefix(position).reduce(0, +)
        let costs = arriving * problem.options[option].headSeconds
        let without = isChosen ? others : choice
        let rival = judged[without] ?? problem.point(of: without)
        return Verdict(
            isChosen: isChosen, costs: costs, spares: rival.cost - point.cost + costs,
            exitRate: point.exitRates[position])
    }

    /// What as many exits come to that are put somewhere: what a search has to beat.
    ///
    /// - Parameters:
    ///   - count: how many choices are drawn, of as many exits as were chosen.
    ///   - seed: of the draws.
    /// - Returns: fewer where there are not so many places; none where no exit was chosen.
    public func randomPoints(count: Int, seed: UInt64 = 0) -> [OperatingPoint] {
        let places = Set(problem.options.indices.map(problem.place)).sorted()
        guard !choice.isEmpty, places.count >= choice.count else { return [] }
        var generator = SplitMix64(seed: seed, stream: RandomPurpose.placements.rawValue)
        return (0..<count).map { _ in
            let drawn = generator.permutation(of: places.count).prefix(choice.count)
            let options = drawn.compactMap { index in
                problem.options.indices.filter { problem.place(of: $0) == places[index] }
                    .randomElement(using: &generator)
            }
            return problem.point(of: options.sorted())
        }
    }
}

/// A dynamic programme over the places of a network, from the image on: what is the best choice that
/// ends in this option?
///
/// Wrong answers have a price in seconds. The best choice that ends in an option is that of an option
/// before it, or none, and this one more; there as many of the images that came so far leave, the
/// surest first, as make time and wrong answers cheapest if all others go on to the last exit. Under
/// this rule the result is the best where an image that leaves at one exit would leave at all later
/// ones too, so that who stays does not depend on the exits before; elsewhere it is a proposal.
package struct PlacementProgram {
    /// A choice so far.
    private struct Partial {
        /// Options, from the image on.
        var choice: [Int] = []
        /// The images that go on.
        var stays: [Bool]
        var stayCount: Int
        /// Seconds of all images, up to where they left or the choice ends.
        var seconds = 0.0
        /// Wrong answers to those who left, less those that the last exit would have given them.
        var addedWrong = 0
        /// What all images cost if those that stay go on to the last exit.
        var cost = 0.0
    }

    private let problem: PlacementProblem
    /// What a wrong answer is worth, in seconds.
    private let price: Double

    package init(_ problem: PlacementProblem, price: Double) {
        (self.problem, self.price) = (problem, price)
    }

    /// The best choice at the price; none where exits do not pay.
    package var best: [Int] {
        let count = problem.sampleCount
        var nobody = Partial(stays: Array(repeating: true, count: count), stayCount: count)
        nobody.cost = problem.wholeSeconds * Double(count)
        var bestEnding: [Partial] = []
        for option in problem.options.indices {
            let before = bestEnding.filter {
                $0.choice.last.map(problem.place) ?? -1 < problem.place(of: option)
            }
            let steps = ([nobody] + before).map { adding(option, to: $0) }
            // As many as there are options: each has its best, also where it does not pay alone.
            bestEnding.append(steps.min { $0.cost < $1.cost } ?? nobody)
        }
        return ([nobody] + bestEnding).min { $0.cost < $1.cost }?.choice ?? []
    }

    private func adding(_ option: Int, to partial: Partial) -> Partial {
        let exit = problem.options[option]
        let start = partial.choice.last.map { problem.options[$0].seconds } ?? 0
        var next = partial
        next.choice.append(option)
        next.seconds += Double(partial.stayCount) * (exit.seconds - start + exit.headSeconds)
        let spared = problem.wholeSeconds - exit.seconds
        let leaving = surest(of: partial, at: option, spared: spared)
        for sample in leaving {
            next.stays[sample] = false
            next.addedWrong += addedWrong(sample, exit)
        }
        next.stayCount -= leaving.count
        next.cost =
            next.seconds + Double(next.stayCount) * spared + price * Double(next.addedWrong)
        return next
    }

    /// The images that leave at an option. Those that it is equally sure of leave together.
    private func surest(of partial: Partial, at option: Int, spared: Double) -> [Int] {
        let exit = problem.options[option]
        let arrivals = problem.orders[option].filter { partial.stays[$0] }
        var (gain, most, count) = (0.0, 0.0, 0)
        for (index, sample) in arrivals.enumerated() {
            gain += spared - price * Double(addedWrong(sample, exit))
            let next = index + 1
            let isParted =
                next == arrivals.count
                || exit.entropies[arrivals[next]] != exit.entropies[sample]
            if isParted, gain > most { (most, count) = (gain, next) }
        }
        return Array(arrivals.prefix(count))
    }

    /// Wrong answers that an image brings by leaving: -1, 0 or 1.
    private func addedWrong(_ sample: Int, _ exit: ExitOption) -> Int {
        (problem.lastIsRight[sample] ? 1 : 0) - (exit.isRight[sample] ? 1 : 0)
    }
}

import BranchyCompute
import BranchyEvaluation
import BranchyNet
import TestSupport

/// Places for exits that are made up, with what each would say of images that are.
struct PlacementSample {
    /// Seconds of the network without exits.
    static let wholeSeconds = 1.0

    let options: [ExitOption]
    let lastIsRight: [Bool]

    /// Images are of even difficulty from 0 to 1, and an exit is right about all that are easier than
    /// it is good, and no others; the last is right about all. An exit is as sure as images are easy,
    /// so that whoever leaves at one would leave at all later ones.
    static func nested(
        places: Int, imageCount: Int = 120, headSeconds: Double
    ) throws -> PlacementSample {
        let difficulties = (0..<imageCount).map { (Float($0) + 0.5) / Float(imageCount) }
        return try PlacementSample(places: places, difficulties, headSeconds: [headSeconds]) {
            place, difficulty in
            let good = 0.3 + 0.6 * Float(place + 1) / Float(places)
            return (entropy: difficulty, isRight: difficulty < good)
        } last: { _ in
            true
        }
    }

    /// Exits that are right by chance, the later and the costlier the oftener, and surer where they
    /// are right.
    static func random(
        places: Int, kinds: Int = 1, imageCount: Int = 200, seed: UInt64
    ) throws -> PlacementSample {
        var generator = SeededGenerator(seed: seed)
        let difficulties = (0..<imageCount).map { _ in Float.random(in: 0...1, using: &generator) }
        let prices = (0..<kinds).map { 0.01 + 0.02 * Double($0) }
        return try PlacementSample(places: places, difficulties, headSeconds: prices) {
            place, difficulty in
            let good = 0.2 + 0.7 * Float(place + 1) / Float(places + 1)
            let isRight = difficulty + .random(in: -0.3...0.3, using: &generator) < good
            let doubt = Float.random(in: 0...0.6, using: &generator)
            return (entropy: isRight ? doubt : doubt + 0.3, isRight: isRight)
        } last: {
            $0 < 0.9
        }
    }

    private init(
        places: Int, _ difficulties: [Float], headSeconds: [Double],
        exit: (_ place: Int, _ difficulty: Float) -> (entropy: Float, isRight: Bool),
        last: (Float) -> Bool
    ) throws {
        let network = BranchedNetwork("chain", inputShape: [1, 4, 4], classCount: 2) {
            for place in 0..<places {
                Conv2D(
                    "conv\(place)", inputChannels: 1, outputChannels: 1, kernelSize: 3, padding: 1)
            }
            GlobalAveragePool2D()
            Linear("linear", inputFeatures: 1, outputFeatures: 2)
        }
        let heads: [BranchHead] = [.linear, .conv, .twoScale]
        options = try network.branchPoints().enumerated().flatMap { place, point in
            zip(heads, headSeconds).map { head, price in
                let said = difficulties.map { exit(place, $0) }
                return ExitOption(
                    BranchPlacement(head, at: point),
                    seconds: Double(place + 1) / Double(places + 1), headSeconds: price,
                    entropies: said.map(\.entropy), isRight: said.map(\.isRight))
            }
        }
        lastIsRight = difficulties.map(last)
    }

    func problem(accuracyLoss: Double = 0.01) -> PlacementProblem {
        PlacementProblem(
            options, lastIsRight: lastIsRight, wholeSeconds: Self.wholeSeconds,
            accuracyLoss: accuracyLoss)
    }
}

extension PlacementProblem {
    /// Every choice with one option at most at a place.
    var allChoices: [[Int]] {
        options.indices.reduce([[]]) { choices, option in
            choices
                + choices.filter { choice in
                    choice.allSatisfy {
                        options[$0].placement.point != options[option].placement.point
                    }
                }.map { $0 + [option] }
        }
    }
}

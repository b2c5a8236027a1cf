public import BranchyCompute
import BranchyData
import BranchyEvaluation
import BranchyNet

/// Why exits are where they are; its keys are those of `branch --at auto --json`, within `search`.
public struct PlacementSummary: Hashable, Sendable, Encodable {
    /// How many images the heads learnt from.
    public let trainingImages: Int
    /// How many others they were judged by.
    public let validationImages: Int
    /// Bytes of disk that features took.
    public let featureBytes: Int
    /// From the image to the answer of the network that came in.
    public let microseconds: Double
    /// Accuracy of the last exit, 0 ... 1.
    public let lastAccuracy: Double
    /// The accuracy that was asked for, 0 ... 1.
    public let leastAccuracy: Double
    /// The mean time with the exits that were chosen, heads as they are trained by now.
    public let meanMicroseconds: Double
    /// Accuracy with them, 0 ... 1.
    public let accuracy: Double
    /// How many sets of exits were judged.
    public let judged: Int
    /// What as many exits come to that are put somewhere; `nil` where none was chosen.
    public let random: Random?
    /// The places that were tried, from the image on.
    public let candidates: [Candidate]
    /// The other places, from the image on.
    public let leftOut: [LeftOut]

    /// What as many exits come to at places and of kinds that are drawn.
    public struct Random: Hashable, Sendable, Encodable {
        /// How many sets were drawn.
        public let count: Int
        /// The mean time of the fastest.
        public let bestMicroseconds: Double
        /// The median of their mean times.
        public let medianMicroseconds: Double
    }

    /// A place that was tried.
    public struct Candidate: Hashable, Sendable, Encodable {
        /// Its name.
        public let behind: String
        /// What a branch there reads.
        public let shape: Shape
        /// From the image to the place.
        public let microseconds: Double
        /// The same by that of the whole network, 0 ... 1.
        public let share: Double
        /// The heads that were tried.
        public let heads: [Head]
        /// Why there is none of other kinds.
        public let refusals: [String]
    }

    /// A head at a place.
    public struct Head: Hashable, Sendable, Encodable {
        /// Of what kind it is.
        public let head: String
        /// How long it takes.
        public let microseconds: Double
        /// How often it is right, of all images, 0 ... 1.
        public let accuracy: Double
        /// Whether it was chosen.
        public let isChosen: Bool
        /// The share of images that leave at it, beside the chosen ones, 0 ... 1.
        public let exitRate: Double
        /// What it costs an image in the mean.
        public let costsMicroseconds: Double
        /// What it spares an image in the mean.
        public let sparesMicroseconds: Double
    }

    /// A place that was not tried.
    public struct LeftOut: Hashable, Sendable, Encodable {
        /// Its name.
        public let behind: String
        /// The way to it by that through the whole network, 0 ... 1.
        public let share: Double
        /// The place nearby that was tried for it; `nil` where too little follows.
        public let triedInstead: String?
    }
}

extension PlacementSummary {
    private static let randomCount = 50

    init(_ result: PlacementResult) {
        let (search, material) = (result.search, result.material)
        let problem = search.problem
        trainingImages = material.data.training.count
        (validationImages, featureBytes) = (problem.sampleCount, material.featureByteCount)
        microseconds = problem.wholeSeconds * 1e6
        (lastAccuracy, leastAccuracy) = (problem.lastAccuracy, problem.leastAccuracy)
        (meanMicroseconds, accuracy) = (search.point.cost * 1e6, search.point.accuracy)
        judged = search.judged.count
        random = Random(search.randomPoints(count: Self.randomCount).map { $0.cost * 1e6 })
        candidates = Self.candidates(search, material)
        leftOut = material.leftOut.map {
            LeftOut(behind: $0.point.name, share: $0.share, triedInstead: $0.neighbour?.name)
        }
    }

    private static func candidates(
        _ search: PlacementSearch, _ material: PlacementMaterial
    ) -> [Candidate] {
        let exits = zip(search.problem.options, search.verdicts)
        return material.points.map { point, seconds in
            Candidate(
                behind: point.name, shape: point.shape, microseconds: seconds * 1e6,
                share: seconds / search.problem.wholeSeconds,
                heads: exits.filter { $0.0.placement.point == point }.map(Head.init),
                refusals: material.probes.compactMap { $0.refusals[point.name] })
        }
    }
}

extension PlacementSummary.Random {
    /// `nil` where none was drawn.
    fileprivate init?(_ microseconds: [Double]) {
        guard let best = microseconds.min() else { return nil }
        (count, bestMicroseconds) = (microseconds.count, best)
        medianMicroseconds = microseconds.median
    }
}

extension PlacementSummary.Head {
    fileprivate init(_ exit: ExitOption, _ verdict: PlacementSearch.Verdict) {
        (head, accuracy) = (exit.placement.head.rawValue, exit.accuracy)
        microseconds = exit.headSeconds * 1e6
        (isChosen, exitRate) = (verdict.isChosen, verdict.exitRate)
        (costsMicroseconds, sparesMicroseconds) = (verdict.costs * 1e6, verdict.spares * 1e6)
    }
}

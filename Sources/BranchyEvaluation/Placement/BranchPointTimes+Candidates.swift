public import BranchyNet

extension BranchPointTimes {
    /// Places that lie nearer to one another than this share of the network's time are one candidate:
    /// exits there would cost and say nearly the same.
    public static let leastDistance = 1.0 / 24

    /// A place where no exit is tried.
    public struct LeftOut: Hashable, Sendable {
        /// The place.
        public let point: BranchPoint
        /// The share of the network's time up to there, 0 ... 1.
        public let share: Double
        /// The candidate that stands for it; `nil` where so little follows that no exit could earn
        /// its branch.
        public let neighbour: BranchPoint?
    }

    /// The places where exits are tried, as indices of ``points``, and the others. Of places that lie
    /// close together, or have one name, the last is tried.
    public var candidates: (kept: [Int], leftOut: [LeftOut]) {
        var (kept, leftOut): ([Int], [LeftOut]) = ([], [])
        for index in points.indices.reversed() {
            let next = kept.last
            if 1 - shares[index] < Self.leastDistance {
                leftOut.append(leave(index, for: nil))
            } else if let next, isNear(index, next) {
                leftOut.append(leave(index, for: points[next]))
            } else {
                kept.append(index)
            }
        }
        return (kept.reversed(), leftOut.reversed())
    }

    private func isNear(_ index: Int, _ next: Int) -> Bool {
        points[index].name == points[next].name
            || shares[next] - shares[index] < Self.leastDistance
    }

    private func leave(_ index: Int, for neighbour: BranchPoint?) -> LeftOut {
        LeftOut(point: points[index], share: shares[index], neighbour: neighbour)
    }
}

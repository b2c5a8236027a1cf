public import BranchyCompute
public import BranchyNet

/// How long the way to each place is where a branch may go, measured on this machine.
///
///     let times = try BranchPointTimes.measure(network, parameters: parameters, engine: engine)
///     for (point, share) in zip(times.points, times.shares) { print(point.name, share) }
///
/// Times are those of the network without its branches.
public struct BranchPointTimes: Sendable {
    /// From the image on, as ``BranchyNet/BranchedNetwork/branchPoints()`` gives them.
    public let points: [BranchPoint]
    /// Seconds from the image to each of them.
    public let seconds: [Double]
    /// Seconds from the image to the answer.
    public let wholeSeconds: Double

    /// What share of the whole time the way to each of them takes, 0 ... 1.
    public var shares: [Double] { seconds.map { $0 / wholeSeconds } }

    /// Runs the network without branches on one image.
    ///
    /// - Parameters:
    ///   - runs: how many times; medians count.
    ///   - caches: what the processor's caches hold when a run begins.
    /// - Throws: as ``OperationTimes/measure(_:parameters:engine:runs:caches:)``.
    public static func measure(
        _ network: BranchedNetwork, parameters: consuming ParameterStore, engine: any Engine,
        runs: Int = 30, caches: CacheState = .warm
    ) throws -> BranchPointTimes {
        let points = try network.branchPoints()
        let times = try OperationTimes.measure(
            network.withoutBranches(name: network.name), parameters: consume parameters,
            engine: engine, runs: runs, caches: caches)
        return BranchPointTimes(
            points: points, seconds: points.map { times.seconds(upTo: $0) },
            wholeSeconds: times.sum)
    }
}

extension OperationTimes {
    /// Seconds of all that a branch at a point has to wait for.
    ///
    /// - Precondition: the times are of the point's network without branches.
    fileprivate func seconds(upTo point: BranchPoint) -> Double {
        // Values are numbered as they are computed, and transforms keep the numbers. What begins
        // before the point counts as a whole, be it a convolution and the pooling behind it.
        operations.filter { $0.firstValue.index <= point.value.index }
            .reduce(0) { $0 + $1.seconds }
    }
}

/// What a latency measurement says about a network with exits and the plain one beside it.
public struct LatencyReport: Hashable, Sendable, Codable {
    /// Times of one path, in microseconds from prepared image to answer.
    public struct Times: Hashable, Sendable, Codable {
        /// The mean over the images: what a stream of them costs.
        public var mean: Double
        /// The median over the images.
        public var median: Double
        /// Exceeded by one image in twenty.
        public var p95: Double
        /// Exceeded by one image in a hundred.
        public var p99: Double
        /// The median where no exit is taken although every branch is visited.
        public var worstCase: Double

        init(_ seconds: [Double], worstCase: [Double]) {
            mean = seconds.mean * 1e6
            median = seconds.median * 1e6
            p95 = seconds.quantile(0.95) * 1e6
            p99 = seconds.quantile(0.99) * 1e6
            self.worstCase = worstCase.median * 1e6
        }
    }

    /// What the paths take with the conversion of the image's bytes to floats in front of them, which
    /// every network needs: the shorter a path, the more it weighs.
    public struct FromBytes: Hashable, Sendable, Codable {
        /// Under the policy: the mean over the images, in microseconds from the image's bytes to the
        /// answer.
        public var mean: Double
        /// The plain network's mean, where there is one.
        public var baselineMean: Double?
        /// As ``LatencyReport/gain``, of these means.
        public var gain: Estimate?
    }

    /// Under the policy.
    public var policy: Times
    /// The median time to leave at each exit, in microseconds, branches on the way included.
    public var exits: [Double]
    /// The plain network's, where there is one.
    public var baseline: Times?
    /// How many times as long the plain network takes: the ratio of means over the same images, from
    /// the prepared image.
    public var gain: Estimate?
    /// Median time of preparing an image (bytes to floats), in microseconds; part of ``fromBytes``
    /// and of no other number.
    public var preparation: Double
    /// The means with that time in them.
    public var fromBytes: FromBytes
    /// How many images were measured.
    public var images: Int

    /// Whether the gain is one: its interval leaves out 1, and it is above.
    public var isGain: Bool { gain.map { $0.low > 1 } ?? false }

    /// Reads a measurement whose subjects are the policy, then each exit taken by everybody, then
    /// the plain network where there is one.
    public init(_ measurement: LatencyMeasurement, exitCount: Int) {
        let seconds = measurement.seconds
        let worstCase = seconds[exitCount]
        policy = Times(seconds[0], worstCase: worstCase)
        exits = seconds[1...exitCount].map { $0.median * 1e6 }
        preparation = measurement.preparationSeconds.median * 1e6
        images = seconds[0].count
        let prepared = zip(seconds[0], measurement.preparationSeconds).map { $0 + $1 }
        fromBytes = FromBytes(mean: prepared.mean * 1e6)
        guard seconds.count > exitCount + 1 else { return }
        let plain = seconds[exitCount + 1]
        baseline = Times(plain, worstCase: plain)
        gain = Self.gain(of: seconds[0], over: plain)
        let preparedPlain = zip(plain, measurement.preparationSeconds).map { $0 + $1 }
        fromBytes.baselineMean = preparedPlain.mean * 1e6
        fromBytes.gain = Self.gain(of: prepared, over: preparedPlain)
    }

    /// The ratio of the means, drawn again image by image.
    private static func gain(of branched: [Double], over plain: [Double]) -> Estimate? {
        Estimate(bootstrapping: branched.count) { places in
            let sums = places.reduce((plain: 0.0, branched: 0.0)) {
                ($0.plain + plain[$1], $0.branched + branched[$1])
            }
            return sums.plain / sums.branched
        }
    }
}

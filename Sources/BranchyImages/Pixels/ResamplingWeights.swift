import BranchyNet
import CImageKernels

/// What each pixel along one side is summed from: Pillow's weights, in whole numbers.
///
/// A pixel is the mean of those around it under a curve, which is as wide as one pixel of the result
/// where the picture becomes smaller (antialiasing). Pillow computes the weights in `Resample.c`; the
/// order of operations is kept, so that they are the same to the bit.
struct ResamplingWeights {
    /// The first pixel of each sum, and how many there are.
    private(set) var starts: [Int32] = []
    private(set) var counts: [Int32] = []
    /// As many for each sum as `stride`; those that are not needed are 0.
    private(set) var weights: [Int32]
    /// The largest number of pixels in a sum.
    let stride: Int
    /// Behind the last pixel of the source that counts.
    private(set) var end = 0

    /// - Parameters:
    ///   - part: where in the source the pixels come from, in pixels from its beginning; fractions of
    ///     pixels where the source was made smaller before.
    ///   - length: how long the part is made.
    ///   - window: which pixels of that are computed.
    ///   - sourceLength: how long the source is.
    ///   - interpolation: which curve.
    init(
        _ part: (start: Double, end: Double), to length: Int, window: Range<Int>,
        sourceLength: Int, _ interpolation: ImageGeometry.Interpolation
    ) {
        // Counted from the first pixel of the part, beyond which nothing is looked at.
        let first = Int(part.start)
        let last = min(Int(part.end.rounded(.up)), sourceLength)
        let start = part.start - Double(first)
        let scale = (part.end - part.start) / Double(length)
        let reach = max(scale, 1)
        let support = interpolation.support * reach
        stride = Int(support.rounded(.up)) * 2 + 1
        weights = [Int32](repeating: 0, count: stride * window.count)
        var sum = [Double](repeating: 0, count: stride)
        for place in window {
            let center = start + (Double(place) + 0.5) * scale
            let lower = max(Int(center - support + 0.5), 0)
            let count = min(Int(center + support + 0.5), last - first) - lower
            var total = 0.0
            for tap in 0..<count {
                let distance = (Double(tap + lower) - center + 0.5) * (1 / reach)
                sum[tap] = interpolation.weight(at: distance)
                total += sum[tap]
            }
            let row = starts.count * stride
            for tap in 0..<count {
                weights[row + tap] = Self.whole(total == 0 ? sum[tap] : sum[tap] / total)
            }
            starts.append(Int32(first + lower))
            counts.append(Int32(count))
            end = max(end, first + lower + count)
        }
    }

    private static func whole(_ weight: Double) -> Int32 {
        let scaled = weight * Double(1 << Int(IMAGE_WEIGHT_BITS))
        return Int32(weight < 0 ? scaled - 0.5 : scaled + 0.5)
    }

    /// How many sums there are.
    var count: Int { starts.count }
    /// How many pixels the longest sum has.
    var largestCount: Int { counts.max().map(Int.init) ?? 0 }

    /// The pixels of one sum.
    func range(_ sum: Int) -> Range<Int> {
        Int(starts[sum])..<Int(starts[sum]) + Int(counts[sum])
    }
}

extension ImageGeometry.Interpolation {
    /// Beyond this distance a pixel does not count.
    fileprivate var support: Double { self == .bilinear ? 1 : 2 }

    /// How much a pixel counts at a distance.
    fileprivate func weight(at distance: Double) -> Double {
        let x = abs(distance)
        switch self {
        case .bilinear: return x < 1 ? 1 - x : 0
        case .bicubic:
            let a = -0.5
            if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
            return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
        }
    }
}

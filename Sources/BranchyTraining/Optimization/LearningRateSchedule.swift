import RealModule

/// How the learning rate changes over a training run, as a share of its peak.
public enum LearningRateSchedule: Hashable, Sendable {
    /// The peak all the time.
    case constant

    /// Up from a 25th of the peak along a cosine, then down to almost nothing along another.
    ///
    /// `warmup` is the share of all steps that goes up, 0 ... 1. The last step has a 250,000th of
    /// the peak. Of `n` steps, counted from 0, step `warmup · (n − 1)` is at the peak; in PyTorch
    /// it is `warmup · n − 1`.
    ///
    /// References: Smith, Topin, *Super-Convergence*, 2018; the shape and constants are those of
    /// PyTorch's OneCycleLR, without its change of momentum.
    case oneCycle(warmup: Double)

    /// The share of the peak learning rate at a step, counted from 0, of a number of steps.
    public func factor(atStep step: Int, of stepCount: Int) -> Double {
        switch self {
        case .constant:
            return 1
        case .oneCycle(let warmup):
            let (start, end) = (1.0 / 25, 1.0 / 250_000)
            let last = Double(max(stepCount - 1, 1))
            let top = warmup * last
            let position = Double(step)
            if position < top { return Self.cosine(from: start, to: 1, position / top) }
            return Self.cosine(from: 1, to: end, top < last ? (position - top) / (last - top) : 0)
        }
    }

    private static func cosine(from start: Double, to end: Double, _ progress: Double) -> Double {
        end + (start - end) * (1 + Double.cos(.pi * min(progress, 1))) / 2
    }
}

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

    /// The peak, multiplied by `decay` at each of some milestones.
    ///
    /// Milestones are shares of all steps, 0 ... 1; each takes effect at the step nearest to it.
    /// Over the first `warmup`, a share too, the rate rises in a line to its peak.
    ///
    /// References: He et al., *Deep Residual Learning*, CVPR 2016, section 4.2; PyTorch's
    /// MultiStepLR behind its LinearLR.
    case step(milestones: [Double], decay: Double, warmup: Double)

    /// Down from the peak to 0 along half a cosine, after a rise in a line over the first `warmup`,
    /// a share of all steps.
    ///
    /// The last step is the one before the end of the cosine, so its rate is above 0.
    ///
    /// References: Loshchilov, Hutter, *SGDR*, ICLR 2017, equation 5, without restarts; PyTorch's
    /// CosineAnnealingLR behind its LinearLR.
    case cosine(warmup: Double)

    /// The share of the peak learning rate at a step, counted from 0, of a number of steps.
    public func factor(atStep step: Int, of stepCount: Int) -> Double {
        switch self {
        case .constant: 1
        case .oneCycle(let warmup): Self.oneCycle(step, of: stepCount, warmup: warmup)
        case .step(let milestones, let decay, let warmup):
            milestones.reduce(Self.rise(step, of: stepCount, warmup: warmup)) { factor, milestone in
                step >= Self.place(milestone, of: stepCount) ? factor * decay : factor
            }
        case .cosine(let warmup): Self.cosine(step, of: stepCount, warmup: warmup)
        }
    }

    private static func oneCycle(_ step: Int, of stepCount: Int, warmup: Double) -> Double {
        let (start, end) = (1.0 / 25, 1.0 / 250_000)
        let last = Double(max(stepCount - 1, 1))
        let top = warmup * last
        let position = Double(step)
        if position < top { return cosine(from: start, to: 1, position / top) }
        return cosine(from: 1, to: end, top < last ? (position - top) / (last - top) : 0)
    }

    private static func cosine(_ step: Int, of stepCount: Int, warmup: Double) -> Double {
        let top = place(warmup, of: stepCount)
        guard step >= top else { return rise(step, of: stepCount, warmup: warmup) }
        return cosine(from: 1, to: 0, Double(step - top) / Double(max(stepCount - top, 1)))
    }

    /// Equal parts of the peak, the first of them at step 0.
    private static func rise(_ step: Int, of stepCount: Int, warmup: Double) -> Double {
        min(1, Double(step + 1) / Double(max(place(warmup, of: stepCount), 1)))
    }

    /// The step nearest to a share of all steps.
    private static func place(_ share: Double, of stepCount: Int) -> Int {
        Int((share * Double(stepCount)).rounded())
    }

    private static func cosine(from start: Double, to end: Double, _ progress: Double) -> Double {
        end + (start - end) * (1 + Double.cos(.pi * min(progress, 1))) / 2
    }
}

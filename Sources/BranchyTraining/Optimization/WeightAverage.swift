public import BranchyCompute

/// An exponential moving average of a network's numbers, which is often better than any of them.
///
///     average = average + (1 − d) · (parameter − average),    d = min(decay, (1 + t) / (10 + t))
///
/// after step t, counted from 1. The second term forgets the random start quickly.
///
/// References: Polyak, Juditsky, *Acceleration of Stochastic Approximation by Averaging*, 1992;
/// the growing decay is that of TensorFlow's ExponentialMovingAverage.
public struct WeightAverage: Hashable, Sendable {
    /// What is kept of the average at each step, 0 ..< 1; with 0 it is the parameters themselves.
    public var decay: Double

    /// Describes an average.
    public init(decay: Double) {
        self.decay = decay
    }

    /// Moves an average towards parameters of the same names.
    ///
    /// - Parameter step: how many steps have been made.
    public func update(
        _ average: inout ParameterStore, towards parameters: ParameterStore, step: Int
    ) {
        let share = Float(1 - min(decay, Double(1 + step) / Double(10 + step)))
        for (name, tensor) in parameters {
            let numbers = tensor.scalars
            _ = average.withMutableScalars(of: name) { average in
                for index in average.indices {
                    average[index] += share * (numbers[index] - average[index])
                }
            }
        }
    }
}

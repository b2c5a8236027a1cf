import CInferenceKernels

extension NativeEngine {
    /// How many floating-point operations one core does per second at most with these kernels'
    /// instructions, measured now: what shares of the peak are shares of. Takes some milliseconds.
    public func measuredPeak() -> Double {
        guard let multiplyAdds = kernels.table?.pointee.multiply_adds else { return .nan }
        var sink: Float = 0
        // The fastest of many runs: all that can happen to one is that it takes longer.
        return (0..<50).map { _ in
            let start = ContinuousClock.now
            let operations = multiplyAdds(10_000, &sink)
            let time = start.duration(to: .now)
            return Double(operations) / (Double(time.components.attoseconds) * 1e-18)
        }.max() ?? .nan
    }
}

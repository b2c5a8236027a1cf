// A run that is finished may be given more epochs. Its schedule has ended then, most of them at
// almost nothing, where more epochs would change nothing either.
extension Recipe {
    /// All passes over the training images, those that were added included.
    public var totalEpochs: Int {
        // A file may claim any numbers; ``validate()`` refuses those that are too large.
        addedEpochs.reduce(epochs) { sum, count in
            let (total, isTooLarge) = sum.addingReportingOverflow(count)
            return isTooLarge ? .max : total
        }
    }

    /// The learning rate at a step, counted from 0. Each of a regime's phases has its own course of it.
    ///
    /// Added epochs go on at the last rate of `constant` and `step`. Those of `oneCycle` and
    /// `cosine`, which end at almost nothing, fall from a tenth of the peak to 0 along half a
    /// cosine, each time anew: high enough to go on learning, and too low to undo what was learnt.
    ///
    /// - Parameter batchesPerEpoch: as of ``batchesPerEpoch(of:samples:)``.
    public func learningRate(atStep step: Int, batchesPerEpoch: Int) -> Double {
        let schedule = LearningRateSchedule(schedule)
        let ownSteps = epochs * batchesPerEpoch
        var start = ownSteps
        for count in addedEpochs where step >= start {
            let steps = count * batchesPerEpoch
            guard step >= start + steps else {
                return optimizer.learningRate
                    * schedule.addedFactor(atStep: step - start, of: steps, behind: ownSteps)
            }
            start += steps
        }
        let phase =
            phases.last { $0.epochs.lowerBound * batchesPerEpoch <= step } ?? phase(ofEpoch: 0)
        return optimizer.learningRate
            * schedule.factor(
                atStep: step - phase.epochs.lowerBound * batchesPerEpoch,
                of: phase.epochs.count * batchesPerEpoch)
    }
}

extension LearningRateSchedule {
    /// What a schedule that ends at almost nothing begins again with.
    static let restart = 0.1

    /// The share of the peak at a step of some that were added behind a schedule's own.
    func addedFactor(atStep step: Int, of stepCount: Int, behind ownSteps: Int) -> Double {
        switch self {
        case .constant, .step: factor(atStep: max(ownSteps - 1, 0), of: ownSteps)
        case .oneCycle, .cosine:
            Self.restart * Self.cosine(warmup: 0).factor(atStep: step, of: stepCount)
        }
    }
}

extension KeyedDecodingContainer {
    /// Runs that were begun before epochs could be added have none. Decoding that the compiler writes
    /// calls this.
    func decode(_ type: [Int].Type, forKey key: Key) throws -> [Int] {
        try decodeIfPresent(type, forKey: key) ?? []
    }
}

public import BranchyData
public import BranchyNet
import RealModule

extension ExitTemperatures {
    /// The temperatures under which the right classes of validation images are most probable.
    ///
    /// Of each exit, the mean negative log-likelihood of the right classes is a convex function of
    /// `1 / T`; where its derivative is 0 is found by halving. The same logits give the same bits.
    ///
    ///     NLL(T) = mean over the images of ln Σ exp(z / T) - z[label] / T
    ///
    /// An exit that is right about every image, and would be surer without end, keeps 1: these images
    /// say nothing of how sure it may be.
    ///
    /// References: Guo et al., *On Calibration of Modern Neural Networks*, ICML 2017, section 4.2.
    ///
    /// - Parameter record: with logits.
    /// - Throws: ``CalibrationError`` where there are fewer than
    ///   ``ThresholdCalibrator/minimumSampleCount`` images, or logits that are no numbers.
    /// - Precondition: the record has logits.
    public init(
        fittedTo record: ExitRecord<ValidationSplit>
    ) throws(CalibrationError) {
        precondition(record.hasLogits, "something to divide")
        try record.checkFitting("temperatures")
        self.init((0..<record.exitCount).map { record.temperature(ofExit: $0) })
    }
}

extension ExitRecord<ValidationSplit> {
    /// Requires enough samples to fit something to, and finite logits.
    func checkFitting(_ what: String) throws(CalibrationError) {
        guard count >= ThresholdCalibrator.minimumSampleCount else {
            throw CalibrationError(
                .tooFewSamples,
                "\(what) are fitted to validation images; \(dataset) has \(count) of them, expected "
                    + "at least \(ThresholdCalibrator.minimumSampleCount): train with more "
                    + "(data.validationImages)")
        }
        try checkFinite()
    }

    fileprivate func temperature(ofExit exit: Int) -> Float {
        guard isCorrect[exit].contains(false) else { return 1 }
        let range = ExitTemperatures.range
        var (low, high) = (
            Double.log(Double(range.lowerBound)), Double.log(Double(range.upperBound))
        )
        // Far finer than a Float tells apart.
        for _ in 0..<32 {
            let middle = (low + high) / 2
            if slope(ofExit: exit, temperature: Double.exp(middle)) > 0 {
                low = middle
            } else {
                high = middle
            }
        }
        let temperature = Float(Double.exp((low + high) / 2))
        return min(max(temperature, range.lowerBound), range.upperBound)
    }

    /// The derivative of the summed negative log-likelihood by `1 / T`: how far the logits that the
    /// softmax expects lie above those of the right classes. Above 0 the exit is too sure.
    private func slope(ofExit exit: Int, temperature: Double) -> Double {
        var slope = 0.0
        for sample in labels.indices {
            let logits = logits(sample, exit)
            let largest = Double(self[sample, exit].largestLogit(in: logits))
            var (sum, weighted) = (0.0, 0.0)
            for logit in logits {
                let difference = Double(logit) - largest
                let weight = Double.exp(difference / temperature)
                sum += weight
                weighted += weight * difference
            }
            let own = Double(logits[logits.startIndex + labels[sample]]) - largest
            slope += weighted / sum - own
        }
        return slope
    }
}

extension ExitObservation {
    /// The logit of the answer.
    fileprivate func largestLogit(in logits: ArraySlice<Float>) -> Float {
        logits[logits.startIndex + predictedClass]
    }
}

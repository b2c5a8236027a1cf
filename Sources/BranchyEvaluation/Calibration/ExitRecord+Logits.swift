import BranchyData
package import BranchyNet

extension ExitRecord {
    /// Whether logits were kept.
    var hasLogits: Bool { !logits.isEmpty || labels.isEmpty }

    /// The logits of one exit for one sample, where they were kept.
    func logits(_ sample: Int, _ exit: Int) -> ArraySlice<Float> {
        let start = (sample * exitCount + exit) * classCount
        return logits[start..<start + classCount]
    }

    /// The logits of some samples, one after the other; none where they were not kept.
    func logits(ofSamples indices: some Collection<Int>) -> [Float] {
        guard !logits.isEmpty else { return [] }
        let size = exitCount * classCount
        return indices.flatMap { logits[$0 * size..<($0 + 1) * size] }
    }

    /// What a score says of one exit and sample.
    package func value(of score: ExitScore, sample: Int, exit: Int) -> Float {
        let exits = self[sample]
        return score.value(
            of: exits[exits.startIndex + exit], after: exits.span.extracting(0..<exit))
    }

    /// The same logits under other temperatures.
    ///
    /// - Precondition: logits were kept, and exits were observed alone.
    package func under(_ temperatures: ExitTemperatures?) -> ExitRecord {
        observed { sample, exit in
            ExitObservation(
                logits: logits(sample, exit).span, exit: exit,
                temperature: temperatures?[exit] ?? 1)
        }
    }

    /// What exits say where a score decides: of an ensemble together, up to the last one, which
    /// answers alone.
    ///
    /// - Precondition: of an ensemble logits were kept, or it is the one that was observed by.
    package func seen(by score: ExitScore) -> ExitRecord {
        guard case .ensemble(let ensemble) = score, ensemble != self.ensemble else { return self }
        var sum = [Float](repeating: 0, count: classCount)
        return observed(by: ensemble) { sample, exit in
            guard exit < exitCount - 1 else { return self[sample, exit] }
            var values = sum.mutableSpan
            for index in values.indices { values[index] = 0 }
            for earlier in 0...exit {
                ensemble.add(
                    logits(sample, earlier).span, of: earlier, answering: exit, to: &values)
            }
            return ExitObservation(logits: values.span, exit: exit)
        }
    }

    private func observed(
        by ensemble: ExitEnsemble? = nil, _ observe: (_ sample: Int, _ exit: Int) -> ExitObservation
    ) -> ExitRecord {
        precondition(hasLogits && self.ensemble == nil, "logits of each exit alone")
        return ExitRecord(
            flat: labels.indices.flatMap { sample in
                (0..<exitCount).map { observe(sample, $0) }
            }, logits: logits, ensemble: ensemble, labels: labels, exitCount: exitCount,
            classCount: classCount, dataset: dataset, dataChecksum: dataChecksum)
    }
}

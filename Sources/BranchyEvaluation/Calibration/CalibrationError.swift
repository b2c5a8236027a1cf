public import BranchyNet

/// Thresholds cannot be chosen.
public struct CalibrationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public struct Code: Hashable, Sendable {
        private enum Wrapped { case tooFewSamples, impossibleObjective, noChoice, notFinite }
        private let wrapped: Wrapped

        /// There are too few samples to tell anything.
        public static let tooFewSamples = Code(wrapped: .tooFewSamples)
        /// No thresholds fulfil the objective; the message names the nearest that can be had.
        public static let impossibleObjective = Code(wrapped: .impossibleObjective)
        /// The network has no early exit.
        public static let noChoice = Code(wrapped: .noChoice)
        /// An exit gives logits that are NaN or infinite.
        public static let notFinite = Code(wrapped: .notFinite)
    }

    /// What kind of failure it is.
    public let code: Code
    /// What was asked for, and what is possible.
    public let message: String
    /// What comes nearest to an objective that cannot be fulfilled; `nil` for other failures.
    public let nearest: OperatingPoint?

    /// Describes a failure.
    public init(_ code: Code, _ message: String, nearest: OperatingPoint? = nil) {
        self.code = code
        self.message = message
        self.nearest = nearest
    }

    /// The message.
    public var description: String { message }
}

extension ExitRecord {
    /// Requires that every exit answered every sample with finite logits: of others nothing follows.
    ///
    /// - Throws: ``CalibrationError/Code/notFinite``, naming the first that did not.
    package func checkFinite() throws(CalibrationError) {
        for sample in labels.indices {
            for exit in 0..<exitCount where !self[sample, exit].isFinite {
                throw CalibrationError(
                    .notFinite,
                    "exit \(exit + 1) gives logits that are NaN or infinite for image \(sample) "
                        + "of \(dataset): nothing can be chosen, measured or guaranteed by it; was the "
                        + " network trained to the end, and did its loss stay finite?")
            }
        }
    }
}

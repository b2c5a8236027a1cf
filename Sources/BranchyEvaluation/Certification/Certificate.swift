public import BranchyData
public import BranchyNet

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A promise about a model's thresholds, with what it was proven by and for what it holds.
public struct Certificate: Hashable, Sendable, Codable {
    /// The version of the format.
    public static let version = 1

    /// ``version`` when it was written.
    public var version = Self.version
    /// What is promised.
    public var promise: Promise
    /// The score and thresholds that it is promised of.
    public var policy: ThresholdPolicy
    /// The name of the calibration data.
    public var dataset: String
    /// SHA-256 of all calibration images and labels.
    public var dataChecksum: String
    /// What cut the data into tuning and proof.
    public var splitSeed: UInt64
    /// How many samples tuned.
    public var tuningSamples: Int
    /// What the thresholds lost on the proof data.
    public var proof: LossCounts
    /// What the mean loss stays below with the promised confidence.
    public var upperBound: Double
    /// The time to leave at each exit that the chain was made with, in microseconds.
    public var microsecondsToExit: [Double]
    /// Where the promise holds.
    public var computation: Computation
    /// SHA-256 of the parameters' file.
    public var parametersChecksum: String
    /// How many certificates were issued on these data for these parameters, this one included.
    public var issuedOnSameData: Int
    /// SHA-256 of this document while this line is empty.
    public var checksum = ""

    /// What computes, as far as answers depend on it.
    public struct Computation: Hashable, Sendable, Codable {
        /// The engine's name.
        public var engine: String
        /// The element type of activations.
        public var precision: String
        /// The engine's kernels: instruction set or version.
        public var kernels: String

        /// Names what computes.
        public init(engine: String, precision: String, kernels: String) {
            (self.engine, self.precision, self.kernels) = (engine, precision, kernels)
        }
    }

    /// Writes a certificate out for a proven candidate.
    public init(
        _ promise: Promise, policy: ThresholdPolicy, provenBy candidate: Certifier.Candidate,
        on record: ExitRecord<CalibrationSplit>, tuningSamples: Int, splitSeed: UInt64,
        microsecondsToExit: [Double], computation: Computation, parametersChecksum: String,
        issuedOnSameData: Int
    ) {
        self.promise = promise
        self.policy = policy
        dataset = record.dataset
        dataChecksum = record.dataChecksum
        self.splitSeed = splitSeed
        self.tuningSamples = tuningSamples
        proof = candidate.proof
        upperBound = promise.loss.upperBound(candidate.proof, level: 1 - promise.confidence)
        self.microsecondsToExit = microsecondsToExit
        self.computation = computation
        self.parametersChecksum = parametersChecksum
        self.issuedOnSameData = issuedOnSameData
    }
}

// MARK: - Checks

extension Certificate {
    /// The document with its checksum.
    public func sealed(digest: ModelFolder.Digest) throws -> Certificate {
        var sealed = self
        sealed.checksum = ""
        sealed.checksum = digest(Array(try JSONEncoder.branchyNet.encode(sealed)))
        return sealed
    }

    /// Whether the document is as it was written.
    public func isUnchanged(digest: ModelFolder.Digest) throws -> Bool {
        try sealed(digest: digest).checksum == checksum
    }

    /// Why the promise does not hold for a use of the model, in words; `nil` where it does.
    public func objection(
        to policy: any ExitPolicy, by computation: Computation, parametersChecksum: String
    ) -> String? {
        if self.parametersChecksum != parametersChecksum { return "it is for other parameters" }
        guard let policy = policy as? ThresholdPolicy, policy == self.policy else {
            return "it is for thresholds "
                + self.policy.thresholds.map { "\($0)" }.joined(separator: ", ")
                + " on \(self.policy.score.rawValue)"
        }
        guard computation == self.computation else {
            return "it is for \(self.computation), this is \(computation)"
        }
        return nil
    }
}

extension Certificate.Computation: CustomStringConvertible {
    /// The three names.
    public var description: String { "the \(engine) engine, \(precision), \(kernels) kernels" }
}

public import BranchyData
public import BranchyNet

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A promise about a model's thresholds, with what it was proven by and for what it holds.
///
/// Several promises may be made on the same proof data at once, each with thresholds of its own. The
/// first is the one that the model's own policy keeps; ``others`` hold beside it.
public struct Certificate: Hashable, Sendable, Codable {
    /// The version of the format, and of the procedure behind it.
    public static let version = 3
    /// The versions that can be read.
    public static let readableVersions = 2...version

    /// ``version`` when it was written.
    public var version = Self.version
    /// What is promised.
    public var promise: Promise
    /// What is promised beside it, on the same proof data.
    public var others: [Clause]
    /// How all of them together hold with the confidence.
    public var correction: Correction
    /// The error at which each of them was tested, above 0 and below 1.
    public var level: Double
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
    /// What the mean loss stays below with an error of at most ``level``.
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

    /// Writes a certificate out.
    ///
    /// - Parameters:
    ///   - clause: the promise that the model's own policy is to keep.
    ///   - others: what is promised beside it; all have one loss and confidence.
    ///   - record: what the exits said about the calibration images.
    ///   - tuningSamples: how many of them tuned.
    ///   - splitSeed: what cut them.
    ///   - microsecondsToExit: the time to leave at each exit that thresholds were chosen with.
    ///   - computation: what computes.
    ///   - parametersChecksum: SHA-256 of the parameters' file.
    ///   - issuedOnSameData: how many certificates there are with this one.
    public init(
        _ clause: Clause, others: [Clause], on record: ExitRecord<CalibrationSplit>,
        tuningSamples: Int, splitSeed: UInt64, microsecondsToExit: [Double],
        computation: Computation, parametersChecksum: String, issuedOnSameData: Int
    ) {
        (promise, policy) = (clause.promise, clause.policy)
        (proof, upperBound) = (clause.proof, clause.upperBound)
        self.others = others
        correction = others.isEmpty ? .none : .bonferroni
        level = promise.level(atOnce: others.count + 1)
        dataset = record.dataset
        dataChecksum = record.dataChecksum
        self.splitSeed = splitSeed
        self.tuningSamples = tuningSamples
        self.microsecondsToExit = microsecondsToExit
        self.computation = computation
        self.parametersChecksum = parametersChecksum
        self.issuedOnSameData = issuedOnSameData
    }
}

// MARK: - Several promises

extension Certificate {
    /// One promise, with the thresholds that keep it and what proved them.
    public struct Clause: Hashable, Sendable, Codable {
        /// What is promised.
        public var promise: Promise
        /// The score and thresholds that it is promised of.
        public var policy: ThresholdPolicy
        /// What the thresholds lost on the proof data.
        public var proof: LossCounts
        /// What the mean loss stays below with an error of at most ``Certificate/level``.
        public var upperBound: Double

        /// Writes a promise out for a proven candidate.
        ///
        /// - Parameter atOnce: how many promises are made on the proof data, this one included.
        public init(
            _ promise: Promise, score: ExitScore, provenBy candidate: Certifier.Candidate,
            atOnce: Int
        ) {
            self.promise = promise
            policy = ThresholdPolicy(score: score, thresholds: candidate.point.thresholds)
            proof = candidate.proof
            upperBound = promise.upperBound(
                candidate.proof, level: promise.level(atOnce: atOnce))
        }

        fileprivate init(inForceOf certificate: Certificate) {
            (promise, policy) = (certificate.promise, certificate.policy)
            (proof, upperBound) = (certificate.proof, certificate.upperBound)
        }
    }

    /// How several promises share the error that the confidence leaves.
    public enum Correction: String, Hashable, Sendable, Codable {
        /// There is one promise, which has all of it.
        case none
        /// In equal parts.
        case bonferroni
    }

    /// All that is promised, in the order in which it was asked for.
    public var clauses: [Clause] { [Clause(inForceOf: self)] + others }

    /// What it was issued by.
    public var procedure: Certifier.Procedure { version < 3 ? .front : .steps }
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

    /// Requires that the document can be of a network with so many exits.
    ///
    /// - Throws: ``BranchyNet/ModelError`` where thresholds, times or promises cannot be.
    public func validate(exitCount: Int) throws {
        let fault = { (what: String) in
            ModelError(.corruptFile, "the certificate has \(what)")
        }
        for clause in clauses {
            do {
                try clause.policy.validate(exitCount: exitCount)
            } catch {
                throw fault("\(error)")
            }
            let (promise, proof) = (clause.promise, clause.proof)
            guard promise.maximumLoss > 0, promise.maximumLoss < 1, promise.confidence > 0,
                promise.confidence < 1, promise.loss == self.promise.loss
            else { throw fault("a promise that is none: \(promise)") }
            guard min(proof.losses, proof.gains) >= 0,
                proof.losses <= proof.samples, proof.gains <= proof.samples - proof.losses
            else { throw fault("losses that cannot be: \(proof)") }
        }
        guard microsecondsToExit.count == exitCount,
            microsecondsToExit.allSatisfy({ $0 >= 0 && $0.isFinite })
        else {
            throw fault("the times \(microsecondsToExit) of \(exitCount) exits")
        }
    }

    /// Why the promise does not hold for a use of the model, in words; `nil` where it does.
    public func objection(
        to policy: any ExitPolicy, by computation: Computation, parametersChecksum: String
    ) -> String? {
        if self.parametersChecksum != parametersChecksum { return "it is for other parameters" }
        guard let policy = policy as? ThresholdPolicy, clauses.map(\.policy).contains(policy) else {
            let certified = clauses.map(\.policy.thresholds).map { thresholds in
                thresholds.map { "\($0)" }.joined(separator: ", ")
            }
            return "it is for thresholds \(certified.joined(separator: " or ")) on "
                + self.policy.score.rawValue
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

public import BranchyData
public import BranchyNet

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A guarantee about a model's thresholds, with what it was proven by and for what it holds.
///
/// Several guarantees may be made on the same proof data at once, each with thresholds of its own. The
/// first is the one that the model's own policy keeps; ``others`` hold beside it.
public struct Certificate: Hashable, Sendable, Codable {
    /// The version of the format, and of the procedure behind it.
    public static let version = 4
    /// The versions that can be read.
    public static let readableVersions = 2...version

    /// ``version`` when it was written.
    public var version = Self.version
    /// What is guaranteed.
    public var guarantee: Guarantee
    /// What is guaranteed beside it, on the same proof data.
    public var others: [Clause]
    /// How all of them together hold with the confidence.
    public var correction: Correction
    /// The error at which each of them was tested, above 0 and below 1.
    public var level: Double
    /// The model's temperatures that it is guaranteed under; `nil` where logits are not divided.
    public var temperatures: ExitTemperatures?
    /// The score and thresholds that it is guaranteed of.
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
    /// Where the guarantee holds.
    public var computation: Computation
    /// SHA-256 of the parameters' file.
    public var parametersChecksum: String
    /// How many certificates were issued on these data for these parameters, this one included.
    public var issuedOnSameData: Int
    /// SHA-256 of this document while this line is empty.
    public var checksum = ""

    /// The format calls a guarantee a promise.
    private enum CodingKeys: String, CodingKey {
        case version
        case guarantee = "promise"
        case others, correction, level, temperatures, policy, dataset, dataChecksum, splitSeed,
            tuningSamples
        case proof, upperBound, microsecondsToExit, computation, parametersChecksum
        case issuedOnSameData, checksum
    }

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
    ///   - clause: the guarantee that the model's own policy is to keep.
    ///   - others: what is guaranteed beside it; all have one loss and confidence.
    ///   - temperatures: the model's, under which the exits said it.
    ///   - record: what the exits said about the calibration images.
    ///   - tuningSamples: how many of them tuned.
    ///   - splitSeed: what cut them.
    ///   - microsecondsToExit: the time to leave at each exit that thresholds were chosen with.
    ///   - computation: what computes.
    ///   - parametersChecksum: SHA-256 of the parameters' file.
    ///   - issuedOnSameData: how many certificates there are with this one.
    public init(
        _ clause: Clause, others: [Clause], temperatures: ExitTemperatures? = nil,
        on record: ExitRecord<CalibrationSplit>, tuningSamples: Int, splitSeed: UInt64,
        microsecondsToExit: [Double],
        computation: Computation, parametersChecksum: String, issuedOnSameData: Int
    ) {
        (guarantee, policy) = (clause.guarantee, clause.policy)
        (proof, upperBound) = (clause.proof, clause.upperBound)
        (self.others, self.temperatures) = (others, temperatures)
        correction = others.isEmpty ? .none : .bonferroni
        level = guarantee.level(atOnce: others.count + 1)
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

// MARK: - Several guarantees

extension Certificate {
    /// One guarantee, with the thresholds that keep it and what proved them.
    public struct Clause: Hashable, Sendable, Codable {
        /// What is guaranteed.
        public var guarantee: Guarantee
        /// The score and thresholds that it is guaranteed of.
        public var policy: ThresholdPolicy
        /// What the thresholds lost on the proof data.
        public var proof: LossCounts
        /// What the mean loss stays below with an error of at most ``Certificate/level``.
        public var upperBound: Double

        /// As in the certificate.
        private enum CodingKeys: String, CodingKey {
            case guarantee = "promise"
            case policy, proof, upperBound
        }

        /// Writes a guarantee out for a proven candidate.
        ///
        /// - Parameter atOnce: how many guarantees are made on the proof data, this one included.
        public init(
            _ guarantee: Guarantee, score: ExitScore, provenBy candidate: Certifier.Candidate,
            atOnce: Int
        ) {
            self.guarantee = guarantee
            policy = ThresholdPolicy(score: score, thresholds: candidate.point.thresholds)
            proof = candidate.proof
            upperBound = guarantee.upperBound(
                candidate.proof, level: guarantee.level(atOnce: atOnce))
        }

        fileprivate init(inForceOf certificate: Certificate) {
            (guarantee, policy) = (certificate.guarantee, certificate.policy)
            (proof, upperBound) = (certificate.proof, certificate.upperBound)
        }
    }

    /// How several guarantees share the error that the confidence leaves.
    public enum Correction: String, Hashable, Sendable, Codable {
        /// There is one guarantee, which has all of it.
        case none
        /// In equal parts.
        case bonferroni
    }

    /// All that is guaranteed, in the order in which it was asked for.
    public var clauses: [Clause] { [Clause(inForceOf: self)] + others }

    /// What it was issued by.
    public var procedure: Certifier.Procedure { version < 3 ? .front : .steps }
}

// MARK: - Checks

extension Certificate {
    /// The document with its checksum.
    ///
    /// - Throws: ``BranchyNet/ModelError`` of code `wrongDigest` where the digest is not SHA-256.
    public func sealed(digest: ModelFolder.Digest) throws -> Certificate {
        try ModelFolder.requireSHA256(digest)
        var sealed = self
        sealed.checksum = ""
        sealed.checksum = ModelFolder.digest(
            of: Array(try JSONEncoder.branchyNet.encode(sealed)), by: digest)
        return sealed
    }

    /// Whether the document is as it was written.
    public func isUnchanged(digest: ModelFolder.Digest) throws -> Bool {
        try sealed(digest: digest).checksum == checksum
    }

    /// Requires that the document can be of a network with so many exits.
    ///
    /// - Throws: ``BranchyNet/ModelError`` where thresholds, times or guarantees cannot be.
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
            let (guarantee, proof) = (clause.guarantee, clause.proof)
            guard guarantee.isPossible, guarantee.loss == self.guarantee.loss
            else { throw fault("a guarantee that is none: \(guarantee)") }
            guard min(proof.losses, proof.gains) >= 0,
                proof.losses <= proof.samples, proof.gains <= proof.samples - proof.losses
            else { throw fault("losses that cannot be: \(proof)") }
        }
        do {
            try temperatures?.validate(exitCount: exitCount)
        } catch {
            throw fault("\(error)")
        }
        guard microsecondsToExit.count == exitCount,
            microsecondsToExit.allSatisfy({ $0 >= 0 && $0.isFinite })
        else {
            throw fault("the times \(microsecondsToExit) of \(exitCount) exits")
        }
    }

    /// Why the guarantee does not hold for a use of the model, in words; `nil` where it does.
    ///
    /// - Parameter temperatures: those that logits are divided by in this use.
    public func objection(
        to policy: any ExitPolicy, temperatures: ExitTemperatures? = nil,
        by computation: Computation, parametersChecksum: String
    ) -> String? {
        if self.parametersChecksum != parametersChecksum { return "it is for other parameters" }
        if let objection = objection(to: temperatures) { return objection }
        guard let policy = policy as? ThresholdPolicy, clauses.map(\.policy).contains(policy) else {
            let certified = clauses.map(\.policy.thresholds).map { thresholds in
                thresholds.map { "\($0)" }.joined(separator: ", ")
            }
            return "it is for thresholds \(certified.joined(separator: " or ")) on "
                + self.policy.score.kind.rawValue
        }
        guard computation == self.computation else {
            return "it is for \(self.computation), this is \(computation)"
        }
        return nil
    }
}

extension Certificate {
    /// Why temperatures are not those of the guarantee; `nil` where they are.
    package func objection(to temperatures: ExitTemperatures?) -> String? {
        guard temperatures != self.temperatures else { return nil }
        let name = { (temperatures: ExitTemperatures?) in
            temperatures.map { "the temperatures \($0)" } ?? "no temperatures"
        }
        return "it is for \(name(self.temperatures)), the model has \(name(temperatures))"
    }
}

extension Certificate.Computation: CustomStringConvertible {
    /// The three names.
    public var description: String { "the \(engine) engine, \(precision), \(kernels) kernels" }
}

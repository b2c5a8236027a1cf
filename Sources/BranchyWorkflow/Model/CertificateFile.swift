import BranchyChecksum
package import BranchyCompute
import BranchyData
package import BranchyEvaluation
package import BranchyNet
import Foundation

/// The certificate beside a model.
package struct CertificateFile {
    static let name = "certificate.json"

    private let folder: String

    package init(in folder: String) {
        self.folder = folder
    }

    private var path: String { folder + "/" + Self.name }

    /// The certificate, or `nil` where there is none.
    ///
    /// - Throws: `ModelError` where it cannot be read, was edited, or is of another version or for
    ///   other parameters.
    package func read() throws -> Certificate? {
        let bytes: [UInt8]
        do {
            bytes = try AtomicFile.read(path, limit: 1 << 20)
        } catch let error as ModelError where error.code == .missingFile {
            return nil
        }
        let certificate = try decode(bytes)
        guard try certificate.isUnchanged(digest: Checksum.sha256) else {
            throw ModelError(
                .corruptFile,
                "\(path) was edited: its content does not have the checksum it names; issue a new "
                    + "one by `branchynet calibrate --certify`")
        }
        return certificate
    }

    private struct Header: Decodable {
        let version: Int
    }

    /// The version comes first: a document of another one need not have the same keys.
    private func decode(_ bytes: [UInt8]) throws -> Certificate {
        do {
            let header = try JSONDecoder.branchyNet.decode(Header.self, from: Data(bytes))
            let readable = Certificate.readableVersions
            guard readable.contains(header.version) else {
                throw ModelError(
                    .unsupportedVersion,
                    "\(path): version \(header.version), this program reads "
                        + "\(readable.lowerBound) to \(readable.upperBound); issue a new one by `branchynet calibrate "
                        + "--certify`")
            }
            return try JSONDecoder.branchyNet.decode(Certificate.self, from: Data(bytes))
        } catch let error as DecodingError {
            throw ModelError(.corruptFile, "\(path): \(ModelError.describe(error))")
        }
    }

    /// The certificate, for the parameters that are there.
    ///
    /// - Throws: `ModelError` as above, where there is none, or where it is for other parameters.
    func readMatching() throws -> Certificate {
        guard let certificate = try read() else {
            throw ModelError(
                .missingFile,
                "\(path): the model has no certificate; `branchynet calibrate --certify` makes one")
        }
        let found = try parametersChecksum()
        guard certificate.parametersChecksum == found else {
            throw ModelError(
                .corruptFile,
                "\(path) is for other parameters: expected SHA-256 "
                    + "\(certificate.parametersChecksum), found \(found)")
        }
        return certificate
    }

    static func write(_ certificate: Certificate, by writer: borrowing ModelFolder.Writer) throws {
        let sealed = try certificate.sealed(digest: Checksum.sha256)
        try writer.write(
            Array(JSONEncoder.branchyNet.encode(sealed)) + Array("\n".utf8), besideModelAs: name)
    }

    /// How many certificates there will be for the same parameters and data with one more.
    func issuedWithOneMore(for dataChecksum: String) throws -> Int {
        guard let old = try? read(), old.dataChecksum == dataChecksum,
            old.parametersChecksum == (try parametersChecksum())
        else { return 1 }
        return old.issuedOnSameData + 1
    }

    package func parametersChecksum() throws -> String {
        try Checksum.sha256(
            ModelFolder(folder).contents(of: ModelFolder.parametersName, limit: 1 << 34))
    }

    /// Whether what a predictor of the model answers is certified. Where it is not although there is
    /// a certificate, the observer is told why.
    package func certification(
        of predictor: Predictor, by engine: any Engine, _ observer: WorkflowObserver
    ) throws -> Certification {
        guard let certificate = try read() else { return .none }
        let objection = certificate.objection(
            to: predictor.policy, temperatures: predictor.temperatures, by: .init(of: engine),
            parametersChecksum: try parametersChecksum())
        guard let objection else { return .certified }
        observer.tell(
            .note("not certified: \(folder) has a certificate, but \(objection)"))
        return .notCertified
    }
}

/// Whether a model's certificate holds for a use of it.
public enum Certification: String, Sendable, Encodable {
    /// The model has no certificate.
    case none
    /// Its certificate holds.
    case certified
    /// Its certificate does not.
    case notCertified = "not certified"
}

extension Certificate.Computation {
    /// What an engine says that it computes with.
    package init(of engine: any Engine) {
        self.init(
            engine: engine.name, precision: engine.arithmetic.precision,
            kernels: engine.arithmetic.kernels)
    }
}

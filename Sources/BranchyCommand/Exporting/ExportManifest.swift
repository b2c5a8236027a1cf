import BranchyChecksum
import BranchyCompute
import BranchyEvaluation
import BranchyNet
import BranchyWorkflow
import Foundation

/// What stands beside exported files: all that one needs to run them, and where they come from.
struct ExportManifest: Encodable {
    static let fileName = "manifest.json"

    private let format = "branchynet-export"
    private let version = 1
    private let producer = "branchynet \(Version.number)"
    private let opset: Int
    private let form: String
    private let network: String
    /// Size and SHA-256 of each file, by its name.
    private var files: [String: Entry] = [:]
    private var graphs: [Graph] = []
    private let image: Image
    private let preprocessing: Preprocessing
    private let classNames: [String]
    private let exitNames: [String]
    private let temperatures: [Float]
    private let policy: ModelPolicy?
    private let certificate: ExportedCertificate?
    private let times: Times?
    private let parametersChecksum: String
    private let provenance: Provenance

    private struct Entry: Encodable {
        let bytes: Int
        let sha256: String
    }

    private struct Graph: Encodable {
        let file: String
        let exit: Int?
        let inputs: [ExportedFiles.Port]
        let outputs: [ExportedFiles.Port]
    }

    /// The images of which bytes are taken.
    private struct Image: Encodable {
        let channels: Int
        let height: Int
        let width: Int
        let channelOrder: String
        let largestByte = 255
        let isPreparedInGraph: Bool
    }

    private struct Times: Encodable {
        let microsecondsToExit: [Double]
        let engine: String
        let precision: String
    }

    init(
        _ exported: ExportedFiles, of model: TrainedModel, _ certificate: ExportedCertificate?,
        parametersChecksum: String
    ) {
        (opset, form) = (exported.opset, exported.form.rawValue)
        (network, classNames) = (model.network.name, model.classNames)
        (exitNames, temperatures) = (model.network.exitNames, model.exitTemperatures)
        (preprocessing, policy) = (model.preprocessing, model.policy)
        (self.certificate, self.parametersChecksum) = (certificate, parametersChecksum)
        provenance = model.provenance
        let shape = model.network.inputShape
        image = Image(
            channels: shape[0], height: shape[1], width: shape[2],
            channelOrder: shape[0] == 1 ? "gray" : shape[0] == 3 ? "RGB" : "as trained",
            isPreparedInGraph: exported.preparesImages)
        times = model.calibration.map {
            Times(
                microsecondsToExit: $0.microsecondsToExit, engine: $0.engine,
                precision: $0.precision)
        }
        for file in exported.files {
            files[file.name] = Entry(bytes: file.bytes.count, sha256: Checksum.sha256(file.bytes))
            graphs.append(
                Graph(file: file.name, exit: file.exit, inputs: file.inputs, outputs: file.outputs))
        }
    }

    /// As the file has it.
    func bytes() throws -> [UInt8] {
        try Array(JSONEncoder.branchyNet.encode(self)) + Array("\n".utf8)
    }
}

/// What is guaranteed of an exported model, and of what computation.
struct ExportedCertificate: Encodable {
    private let guarantee: String
    private let loss: String
    private let maximumLoss: Double
    private let confidence: Double
    private let upperBound: Double
    private let dataset: String
    private let samples: Int
    /// What was proven: ONNX Runtime adds numbers up in another order.
    private let computation: String

    /// - Returns: `nil` where none of the guarantees is of the policy.
    init?(_ certificate: Certificate, of policy: any ExitPolicy) {
        guard let policy = policy as? ThresholdPolicy,
            let clause = certificate.clauses.first(where: { $0.policy == policy })
        else { return nil }
        guarantee = clause.guarantee.words
        loss = clause.guarantee.loss.rawValue
        (maximumLoss, confidence) = (clause.guarantee.maximumLoss, clause.guarantee.confidence)
        upperBound = clause.upperBound
        (dataset, samples) = (certificate.dataset, clause.proof.samples)
        computation = "\(certificate.computation)"
    }
}

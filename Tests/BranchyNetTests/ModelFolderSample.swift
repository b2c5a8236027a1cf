import BranchyChecksum
import BranchyCompute
import BranchyNet
import Foundation
import TestSupport
import Testing

/// All that is handed to a digest, put together.
func bytes(of pieces: ((Span<UInt8>) -> Void) -> Void) -> [UInt8] {
    var bytes: [UInt8] = []
    pieces { piece in
        for index in piece.indices { bytes.append(piece[index]) }
    }
    return bytes
}

/// A folder with a model that a test may spoil; removed at the end.
final class ModelFolderSample {
    let path: String
    let folder: ModelFolder

    /// - Parameter model: is written at once.
    init(_ model: TrainedModel? = nil) throws {
        let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
        path = url.path(percentEncoded: false)
        folder = ModelFolder(path)
        if let model { try folder.write(model, digest: Self.digest) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    func bytes(_ name: String) throws -> [UInt8] {
        try AtomicFile.read(file(name), limit: 1 << 24)
    }

    func names() throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: path))
    }

    /// Replaces a file's content, and in the manifest what that says about it.
    func replace(_ name: String, by bytes: [UInt8]) throws {
        try AtomicFile.write(bytes, to: file(name))
        try changeManifest { manifest in
            var files = manifest["files"] as? [String: Any] ?? [:]
            files[name] = ["bytes": bytes.count, "sha256": Checksum.sha256(bytes)]
            manifest["files"] = files
        }
    }

    /// Replaces a text within a file; the test fails where there is none.
    func edit(_ name: String, _ old: String, _ new: String) throws {
        let text = String(decoding: try bytes(name), as: UTF8.self)
        try #require(text.contains(old), "\(text)")
        try replace(name, by: Array(text.replacing(old, with: new).utf8))
    }

    func changeManifest(_ change: (inout [String: Any]) -> Void) throws {
        let data = Data(try bytes(ModelFolder.manifestName))
        var manifest = try #require(
            try JSONSerialization.jsonObject(with: data) as? [String: Any])
        change(&manifest)
        let changed = Array(try JSONSerialization.data(withJSONObject: manifest))
        try AtomicFile.write(changed, to: file(ModelFolder.manifestName))
    }

    /// How reading fails; a test that expects so fails where it succeeds.
    func failure(checksContent: Bool = true) -> ModelError? {
        let folder = folder
        return #expect(throws: ModelError.self) {
            try folder.read(digest: checksContent ? Self.digest : nil)
        }
    }

    static let digest: ModelFolder.Digest = Checksum.sha256

    static func model(policy: ModelPolicy? = nil) throws -> TrainedModel {
        let sample = try PredictorSample()
        return TrainedModel(
            network: sample.network, parameters: sample.parameters,
            preprocessing: Preprocessing(mean: [0.1307], standardDeviation: [0.3081]),
            classNames: ["zero", "ein\u{300}s", "\"two\"", ""], policy: policy,
            provenance: Provenance(
                dataset: "digits", trainingChecksum: "a", validationChecksum: "b",
                calibrationChecksum: "c", seed: .max, epochs: 3, initialChecksum: nil,
                engine: "reference", precision: "float32", validationAccuracy: [0.1, 0.7, 1]))
    }

    /// Everything that a model folder is read from.
    static let files = ["manifest.json", "network.json", "model.json", "parameters.safetensors"]
}

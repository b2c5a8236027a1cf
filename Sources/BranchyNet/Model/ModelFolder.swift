#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A trained model on disk: a folder of files that other tools read too.
///
///     manifest.json            format, version, and size and SHA-256 of every other file
///     network.json             the network's description
///     model.json               preprocessing, class names, exit policy, calibration, provenance
///     parameters.safetensors   the numbers, under PyTorch's names and in its layouts
///     recipe.yaml              how it was trained
///     history.csv              loss and validation accuracy of every epoch
///
/// The manifest is written last: a folder without one is not a model yet, and whatever was there
/// before is whole.
public struct ModelFolder: Sendable {
    /// Gives the SHA-256 of bytes in hexadecimal. The library that only infers has no hash of its
    /// own; the command brings one.
    public typealias Digest = @Sendable ([UInt8]) -> String

    /// The version of the format that this library writes, and the newest it reads.
    public static let version = 1

    /// The file that makes a folder a model.
    public static let manifestName = "manifest.json"

    /// Where the folder is.
    public let path: String

    /// Names a folder, which need not exist yet.
    public init(_ path: String) {
        self.path = path
    }

    /// Writes a model, replacing each file as a whole and making the folder where there is none.
    ///
    /// - Parameters:
    ///   - attachments: further files by name, such as the recipe.
    ///   - digest: gives the SHA-256 of each file for the manifest.
    /// - Throws: ``ModelError/Code/unwritable`` with the file and the system's reason, and what
    ///   ``TrainedModel/validate()`` throws. Each file is the old or the new one then, and where
    ///   there was no model before, there is none.
    public func write(
        _ model: TrainedModel, attachments: [String: [UInt8]] = [:], digest: Digest
    ) throws {
        try model.validate()
        var files = attachments
        files[FileName.network] = try encode(model.network)
        files[FileName.details] = try encode(Details(model))
        files[FileName.parameters] = Safetensors(
            model.parameters, metadata: ["format": "pt"]
        ).serialized()
        var manifest = Manifest()
        try makeFolder()
        for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
            manifest.files[name] = .init(bytes: bytes.count, sha256: digest(bytes))
            try AtomicFile.write(bytes, to: path + "/" + name)
        }
        try AtomicFile.write(encode(manifest), to: path + "/" + Self.manifestName)
    }

    /// Replaces what a model is besides its network and parameters: policy, calibration, names.
    ///
    /// The new details stand beside the old ones until the manifest names them, so that an
    /// interruption at any moment leaves the one or the other.
    ///
    /// - Throws: ``ModelError`` where the folder holds no model or cannot be written, and what
    ///   ``TrainedModel/validate()`` throws.
    public func update(_ model: TrainedModel, digest: Digest) throws {
        try model.validate()
        var manifest = try readManifest()
        let old = manifest.files[FileName.details]?.file ?? FileName.details
        let new = old == FileName.details ? FileName.otherDetails : FileName.details
        let bytes = try encode(Details(model))
        try AtomicFile.write(bytes, to: path + "/" + new)
        manifest.files[FileName.details] = .init(
            bytes: bytes.count, sha256: digest(bytes), file: new)
        try AtomicFile.write(encode(manifest), to: path + "/" + Self.manifestName)
        // Nothing refers to it any more; where it stays, it is only in the way.
        try? FileManager.default.removeItem(atPath: path + "/" + old)
    }

    /// Reads a model, checking structure, sizes and, given a digest, every file's content.
    ///
    /// - Throws: ``ModelError`` with file, place, expected and found where a file is missing,
    ///   truncated, edited or of a newer version; what ``TrainedModel/validate()`` throws.
    public func read(digest: Digest? = nil) throws -> TrainedModel {
        let manifest = try readManifest()
        if digest != nil {
            // A changed recipe would cut the data otherwise, and show images as new that were
            // trained on.
            for name in manifest.files.keys.sorted() where !FileName.known.contains(name) {
                _ = try read(name, manifest, digest)
            }
        }
        let network: BranchedNetwork = try decode(FileName.network, manifest, digest)
        let details: Details = try decode(FileName.details, manifest, digest)
        let stored = try Safetensors(
            parsing: read(FileName.parameters, manifest, digest),
            source: path + "/" + FileName.parameters)
        let model = TrainedModel(
            network: network, parameters: try stored.tensors.ordered(for: network),
            preprocessing: details.preprocessing, classNames: details.classNames,
            policy: details.policy, calibration: details.calibration,
            provenance: details.provenance)
        do {
            try model.validate()
        } catch {
            throw ModelError(.corruptFile, "\(path): \(error)")
        }
        return model
    }

    private func makeFolder() throws(ModelError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        } catch {
            throw ModelError(.unwritable, "\(path): the folder cannot be made: \(error)")
        }
    }

    private func readManifest() throws -> Manifest {
        let bytes: [UInt8]
        do {
            bytes = try AtomicFile.read(path + "/" + Self.manifestName, limit: 1 << 20)
        } catch let error as ModelError where error.code == .missingFile {
            throw ModelError(
                .missingFile,
                "\(path) is not a model folder: it has no \(Self.manifestName); `branchynet train "
                    + "--output \(path)` makes one")
        }
        let manifest = try decode(Manifest.self, from: bytes, Self.manifestName)
        guard manifest.format == Manifest().format else {
            throw ModelError(
                .corruptFile,
                "\(path)/\(Self.manifestName): format '\(manifest.format)', expected "
                    + "'\(Manifest().format)'")
        }
        guard manifest.version <= Self.version, manifest.version >= 1 else {
            throw ModelError(
                .unsupportedVersion,
                "\(path)/\(Self.manifestName): version \(manifest.version), this program reads 1 to "
                    + "\(Self.version); use a newer one")
        }
        return manifest
    }

    private func read(
        _ name: String, _ manifest: Manifest, _ digest: Digest?
    ) throws -> [UInt8] {
        guard let entry = manifest.files[name] else {
            throw ModelError(.corruptFile, "\(path)/\(Self.manifestName) does not list \(name)")
        }
        let storedName = entry.file ?? name
        guard !storedName.contains("/") else {
            throw ModelError(
                .corruptFile,
                "\(path)/\(Self.manifestName): \(storedName.quoted) is not the name of a file")
        }
        let file = path + "/" + storedName
        let bytes = try AtomicFile.read(file, limit: 1 << 34)
        guard bytes.count == entry.bytes else {
            throw ModelError(
                .corruptFile, "\(file) has \(bytes.count) bytes, the manifest says \(entry.bytes)")
        }
        if let digest {
            let found = digest(bytes)
            guard found == entry.sha256 else {
                throw ModelError(
                    .corruptFile,
                    "\(file) was changed: its SHA-256 is \(found), the manifest says "
                        + entry.sha256)
            }
        }
        return bytes
    }

    private func decode<Value: Decodable>(
        _ name: String, _ manifest: Manifest, _ digest: Digest?
    ) throws -> Value {
        try decode(Value.self, from: read(name, manifest, digest), name)
    }

    private func decode<Value: Decodable>(
        _ type: Value.Type, from bytes: [UInt8], _ name: String
    ) throws -> Value {
        do {
            return try JSONDecoder.branchyNet.decode(type, from: Data(bytes))
        } catch {
            throw ModelError(.corruptFile, "\(path)/\(name): \(ModelError.describe(error))")
        }
    }

    private func encode(_ value: some Encodable) throws -> [UInt8] {
        try Array(JSONEncoder.branchyNet.encode(value)) + Array("\n".utf8)
    }
}

private enum FileName {
    static let network = "network.json"
    static let details = "model.json"
    static let otherDetails = "model.2.json"
    static let parameters = "parameters.safetensors"
    /// What the reader reads anyway.
    static let known: Set<String> = [network, details, parameters]
}

private struct Manifest: Codable {
    struct Entry: Codable {
        var bytes: Int
        var sha256: String
        /// Where the file has another name than its entry.
        var file: String?
    }

    var format = "branchynet-model"
    var version = ModelFolder.version
    var files: [String: Entry] = [:]
}

/// What a model is besides its network and parameters.
private struct Details: Codable {
    var preprocessing: Preprocessing
    var classNames: [String]
    var policy: ModelPolicy?
    var calibration: CalibrationRecord?
    var provenance: Provenance

    init(_ model: TrainedModel) {
        preprocessing = model.preprocessing
        classNames = model.classNames
        policy = model.policy
        calibration = model.calibration
        provenance = model.provenance
    }
}

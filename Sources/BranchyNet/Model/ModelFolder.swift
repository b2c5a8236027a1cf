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
///     images.csv               which images of a folder it was dealt, where that was divided
///     trunk.json               the files of the network that branches were put on, where they were
///
/// The manifest is written last: a folder without one is not a model yet, and whatever was there
/// before is whole. It may name a file differently, such as `model.2.json` for `model.json`, because
/// a file that it names is never written over: who reads finds the old model or the new one.
///
/// A folder has one ``Writer`` at a time; readers take no lock.
public struct ModelFolder: Sendable {
    /// The version of the format that this library writes, and the newest it reads.
    public static let version = 1

    /// The file that makes a folder a model.
    public static let manifestName = "manifest.json"

    /// The numbers.
    package static let parametersName = "parameters.safetensors"

    /// What that file says of itself: PyTorch's names and layouts.
    static let parametersMetadata = ["format": "pt"]

    /// What every model has.
    package static let fileNames: Set = [
        manifestName, ModelFileName.network, ModelFileName.details, parametersName,
    ]

    /// Each time the model changed while it was read; as often in a row is no accident.
    private static let readingAttempts = 100

    /// The most bytes of a file that are read.
    private static let largestFile = 1 << 34

    /// Where the folder is.
    public let path: String

    /// Names a folder, which need not exist yet.
    public init(_ path: String) {
        self.path = path
    }

    /// Reads a model, checking structure, sizes and, given a digest, every file's content.
    ///
    /// Where a writer changes the model meanwhile, it is read again.
    ///
    /// - Throws: ``ModelError`` with file, place, expected and found where a file is missing,
    ///   truncated, edited or of a newer version; of code `wrongDigest` where the digest is not
    ///   SHA-256; what ``TrainedModel/validate()`` throws.
    public func read(digest: Digest? = nil) throws -> TrainedModel {
        if let digest { try Self.requireSHA256(digest) }
        return try consistently { try read(by: $0, digest) }
    }

    /// The content of one of the model's files, such as its recipe, without a check.
    ///
    /// - Throws: ``ModelError`` where there is no model or no such file, or it is larger than
    ///   `limit`.
    package func contents(of name: String, limit: Int) throws -> [UInt8] {
        try consistently { manifest in
            try AtomicFile.read(path + "/" + manifest.storedName(of: name), limit: limit)
        }
    }

    /// The manifest as it stands.
    func readManifest() throws -> ModelManifest {
        try ModelManifest(parsing: manifestBytes(), source: manifestPath)
    }

    var manifestPath: String { path + "/" + Self.manifestName }
}

// MARK: - Steps of reading

extension ModelFolder {
    /// Reads by the manifest, and again where that was replaced meanwhile. Files of equal manifests
    /// have equal contents, so nothing is put together from two models.
    func consistently<Result>(_ body: (ModelManifest) throws -> Result) throws -> Result {
        var bytes = try manifestBytes()
        for _ in 0..<Self.readingAttempts {
            let manifest = try ModelManifest(parsing: bytes, source: manifestPath)
            let result = Swift.Result { try body(manifest) }
            let now = try manifestBytes()
            guard now != bytes else { return try result.get() }
            bytes = now
        }
        throw ModelError(
            .unreadable,
            "\(path): not read: it changed \(Self.readingAttempts) times while it was read")
    }

    private func manifestBytes() throws -> [UInt8] {
        do {
            return try AtomicFile.read(manifestPath, limit: 1 << 20)
        } catch let error as ModelError where error.code == .missingFile {
            throw ModelError(
                .missingFile,
                OtherModelFile(at: path)?.message
                    ?? "\(path) is not a model folder: it has no \(Self.manifestName); `branchynet "
                    + "train NETWORK --output \(path.shellWord)` makes one")
        }
    }

    func read(by manifest: ModelManifest, _ digest: Digest?) throws -> TrainedModel {
        if digest != nil {
            // A changed recipe would cut the data otherwise, and show images as new that were
            // trained on.
            for name in manifest.files.keys.sorted() where !ModelFileName.read.contains(name) {
                _ = try read(name, manifest, digest)
            }
        }
        let network: BranchedNetwork = try decode(ModelFileName.network, manifest, digest)
        let details: ModelDetails = try decode(ModelFileName.details, manifest, digest)
        let stored = try readParameters(manifest, digest)
        do {
            let model = TrainedModel(
                network: network, parameters: try stored.tensors.ordered(for: network),
                preprocessing: details.preprocessing, classNames: details.classNames,
                temperatures: details.temperatures, policy: details.policy,
                calibration: details.calibration, provenance: details.provenance)
            try model.validate()
            return model
        } catch let error as NetworkError {
            throw NetworkError(error.code, "\(path)/\(ModelFileName.network): \(error.message)")
        } catch {
            throw ModelError(.corruptFile, "\(path): \(error)")
        }
    }

    private func read(
        _ name: String, _ manifest: ModelManifest, _ digest: Digest?
    ) throws -> [UInt8] {
        let (entry, file) = try entry(of: name, manifest)
        let bytes = try AtomicFile.read(file, limit: Self.largestFile)
        try entry.requireSize(bytes.count, of: file)
        if let digest { try entry.requireDigest(Self.digest(of: bytes, by: digest), of: file) }
        return bytes
    }

    /// Reads the numbers: the one file that is large, and so is hashed while it is read.
    private func readParameters(
        _ manifest: ModelManifest, _ digest: Digest?
    ) throws -> Safetensors {
        let (entry, path) = try entry(of: Self.parametersName, manifest)
        var file = try PassingFile(path)
        guard file.byteCount <= Self.largestFile else {
            throw ModelError(
                .unreadable,
                "\(path): not read: expected at most \(Self.largestFile) bytes, found "
                    + "\(file.byteCount)")
        }
        try entry.requireSize(file.byteCount, of: path)
        guard let digest else { return try Safetensors(reading: &file) { _ in } }
        var result: Result<Safetensors, any Error>?
        let found = digest { take in
            result = Result {
                do {
                    return try Safetensors(reading: &file, take)
                } catch {
                    // That the file was changed says more than what is wrong in it.
                    try file.passRest(take)
                    throw error
                }
            }
        }
        try entry.requireDigest(found, of: path)
        guard let result else {
            throw ModelError(.wrongDigest, "\(path): the digest did not ask for its pieces")
        }
        return try result.get()
    }

    /// What a manifest says of a file, and where that is.
    private func entry(
        of name: String, _ manifest: ModelManifest
    ) throws -> (entry: ModelManifest.Entry, file: String) {
        guard let entry = manifest.files[name] else {
            throw ModelError(.corruptFile, "\(manifestPath) does not list \(name)")
        }
        return (entry, path + "/" + manifest.storedName(of: name))
    }

    private func decode<Value: Decodable>(
        _ name: String, _ manifest: ModelManifest, _ digest: Digest?
    ) throws -> Value {
        let bytes = try read(name, manifest, digest)
        do {
            return try JSONDecoder.branchyNet.decode(Value.self, from: Data(bytes))
        } catch {
            throw ModelError(
                .corruptFile,
                "\(path)/\(manifest.storedName(of: name)): \(ModelError.describe(error))")
        }
    }
}

/// The entries of a manifest that every model has.
enum ModelFileName {
    static let network = "network.json"
    static let details = "model.json"
    /// What a reader reads anyway.
    static let read: Set<String> = [network, details, ModelFolder.parametersName]
}

/// What a model is besides its network and parameters.
struct ModelDetails: Codable {
    var preprocessing: Preprocessing
    var classNames: [String]
    var temperatures: ExitTemperatures?
    var policy: ModelPolicy?
    var calibration: CalibrationRecord?
    var provenance: Provenance

    init(_ model: TrainedModel) {
        preprocessing = model.preprocessing
        classNames = model.classNames
        temperatures = model.temperatures
        policy = model.policy
        calibration = model.calibration
        provenance = model.provenance
    }
}

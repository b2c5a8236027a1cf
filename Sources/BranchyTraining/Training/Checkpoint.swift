import BranchyCompute
public import BranchyNet

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A training run on disk: its state, and what it must be resumed with.
///
/// One safetensors file, replaced as a whole: parameters under `parameter.`, their average under
/// `average.`, the optimizer's moments under `moment1.` and `moment2.`, everything else as JSON in
/// the file's metadata.
public struct Checkpoint: Hashable, Sendable {
    /// The version of the format that this library writes, and the only one it reads.
    public static let version = 2

    /// What is trained.
    public var network: BranchedNetwork
    /// How.
    public var recipe: Recipe
    /// SHA-256 of the images and labels of the training and the validation split.
    public var dataChecksums: [String]
    /// What the classes are called, in the order of the network's outputs; `nil` where the run was
    /// begun before this was kept, or has not seen its data yet.
    public var classNames: [String]?
    /// SHA-256 of the parameters that training began from, or `nil` for random ones.
    public var initialChecksum: String?
    /// How many threads compute: another number adds in another order, and gives other bits.
    public var threads: Int
    /// Where the run stands.
    public var state: TrainingState

    /// Puts a checkpoint together.
    public init(
        network: BranchedNetwork, recipe: Recipe, dataChecksums: [String],
        classNames: [String]? = nil, initialChecksum: String?, threads: Int, state: TrainingState
    ) {
        self.network = network
        self.recipe = recipe
        self.dataChecksums = dataChecksums
        self.classNames = classNames
        self.initialChecksum = initialChecksum
        self.threads = threads
        self.state = state
    }

    /// Writes the checkpoint; what was there before stays as it was if that fails.
    ///
    /// - Parameter digest: gives the SHA-256 of everything else, which is kept in the file.
    /// - Throws: `ModelError` of code `unwritable`, naming file and reason, or of code `wrongDigest`
    ///   where the digest is not SHA-256.
    public func write(to path: String, digest: ModelFolder.Digest? = nil) throws {
        var tensors = ParameterStore()
        for (prefix, path) in TrainingState.tensors(of: recipe) {
            for (name, tensor) in state[keyPath: path] { tensors["\(prefix).\(name)"] = tensor }
        }
        let document = try JSONEncoder.branchyNet.encode(Document(self))
        let metadata = [Document.key: String(decoding: document, as: UTF8.self)]
        var file = Safetensors(tensors, metadata: metadata)
        if let digest {
            try ModelFolder.requireSHA256(digest)
            file.metadata[Document.digestKey] = ModelFolder.digest(
                of: file.serialized(), by: digest)
        }
        try AtomicFile.write(file.serialized(), to: path)
    }

    /// Reads a checkpoint.
    ///
    /// - Parameter digest: the one that it was written with; without it, changed numbers go
    ///   unnoticed.
    /// - Throws: `ModelError` where the file is missing or corrupt or of another version,
    ///   `NetworkError` where its network is none.
    public init(contentsOf path: String, digest: ModelFolder.Digest? = nil) throws {
        let file = try Safetensors(
            parsing: AtomicFile.read(path, limit: 1 << 34), source: path)
        guard let text = file.metadata[Document.key] else {
            throw ModelError(.corruptFile, "\(path) is not a checkpoint of this program")
        }
        let document: Document
        do {
            let data = Data(text.utf8)
            let header = try JSONDecoder.branchyNet.decode(Document.Header.self, from: data)
            guard header.version == Self.version else {
                throw ModelError(
                    .unsupportedVersion,
                    "\(path): version \(header.version), this program reads \(Self.version); "
                        + "finish the run with the program that began it, or begin another with "
                        + "another --output")
            }
            document = try JSONDecoder.branchyNet.decode(Document.self, from: data)
        } catch let error as ModelError {
            throw error
        } catch {
            throw ModelError(.corruptFile, "\(path): \(ModelError.describe(error))")
        }
        if let digest { try Self.check(file, digest, path) }
        let network = document.network
        var state = TrainingState(parameters: ParameterStore(), recipe: document.recipe)
        do {
            try document.check(path)
            for (prefix, place) in TrainingState.tensors(of: document.recipe) {
                state[keyPath: place] = try Self.store(
                    prefix, in: file, of: document.recipe.trainedParameters(of: network), path)
            }
        } catch let error as NetworkError {
            throw NetworkError(error.code, "\(path): \(error.message)")
        } catch let error as TrainingError {
            throw TrainingError(error.code, "\(path): \(error.message)")
        }
        document.copyCounters(to: &state)
        self.init(
            network: network, recipe: document.recipe, dataChecksums: document.dataChecksums,
            classNames: document.classNames,
            initialChecksum: document.initialChecksum, threads: document.threads, state: state)
    }

    private static func check(
        _ file: Safetensors, _ digest: ModelFolder.Digest, _ path: String
    ) throws {
        try ModelFolder.requireSHA256(digest)
        var rest = file
        let expected = rest.metadata.removeValue(forKey: Document.digestKey) ?? "missing"
        let found = ModelFolder.digest(of: rest.serialized(), by: digest)
        guard found == expected else {
            throw ModelError(
                .corruptFile,
                "\(path) was changed: its SHA-256 is \(found), but in the file it is \(expected)")
        }
    }

    private static func store(
        _ prefix: String, in file: Safetensors, of trained: [(name: String, shape: Shape)],
        _ path: String
    ) throws -> ParameterStore {
        var store = ParameterStore()
        for (ownName, shape) in trained {
            let name = "\(prefix).\(ownName)"
            guard let tensor = file.tensors[name], tensor.shape == shape else {
                throw ModelError(
                    .corruptFile, "\(path): '\(name)' is missing or not of shape \(shape)")
            }
            store[ownName] = tensor
        }
        return store
    }
}

/// What a checkpoint holds besides tensors.
private struct Document: Codable {
    /// Under which the document is found in the file's metadata.
    static let key = "branchynet.checkpoint"
    /// Under which the SHA-256 of everything else is found there.
    static let digestKey = "branchynet.sha256"

    struct Header: Codable {
        var version: Int
    }

    var version = Checkpoint.version
    var network: BranchedNetwork
    var recipe: Recipe
    var dataChecksums: [String]
    var classNames: [String]?
    var initialChecksum: String?
    var threads: Int
    var epoch: Int
    var batch: Int
    var step: Int
    var lossSum: Double
    var sampleCount: Int
    var history: [EpochRecord]

    init(_ checkpoint: Checkpoint) {
        network = checkpoint.network
        recipe = checkpoint.recipe
        dataChecksums = checkpoint.dataChecksums
        classNames = checkpoint.classNames
        initialChecksum = checkpoint.initialChecksum
        threads = checkpoint.threads
        epoch = checkpoint.state.epoch
        batch = checkpoint.state.batch
        step = checkpoint.state.step
        lossSum = checkpoint.state.lossSum
        sampleCount = checkpoint.state.sampleCount
        history = checkpoint.state.history
    }

    func copyCounters(to state: inout TrainingState) {
        state.epoch = epoch
        state.batch = batch
        state.step = step
        state.lossSum = lossSum
        state.sampleCount = sampleCount
        state.history = history
    }

    /// How many threads a run may have, as `train` has it.
    private static let threadRange = 1...1024

    func check(_ path: String) throws {
        try recipe.validate()
        guard epoch >= 0, epoch <= recipe.totalEpochs, batch >= 0, step >= 0, sampleCount >= 0,
            Self.threadRange ~= threads, history.count == epoch, lossSum.isFinite
        else {
            throw ModelError(.corruptFile, "\(path): its counters contradict one another")
        }
    }
}

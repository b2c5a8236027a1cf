package import BranchyCompute

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The files of a model before branches were put on it, all but its parameters, which the branched
/// model has among its own: so that it can be given back byte for byte.
package struct TrunkFiles: Codable, Hashable, Sendable {
    /// The file beside a branched model that keeps them.
    package static let name = "trunk.json"
    /// Far above what a model has beside its parameters.
    fileprivate static let largestFile = 1 << 28

    fileprivate var manifest: Data
    /// By the names that they have in the folder.
    fileprivate var files: [String: Data]

    /// The manifest, and which name the parameters' file has.
    private func readManifest(_ source: String) throws -> ModelManifest {
        try ModelManifest(parsing: Array(manifest), source: source)
    }

    /// As they are written to a file.
    package func bytes() throws -> [UInt8] {
        try ModelFolder.encode(self)
    }
}

extension ModelFolder {
    /// A plain model and its files, of one state of the folder.
    ///
    /// - Throws: as ``read(digest:)``; ``ModelError`` of code `corruptFile` where the parameters do not
    ///   lie in their file as this program writes them, so that they could not be given back.
    package func readTrunk(digest: @escaping Digest) throws -> (TrainedModel, TrunkFiles) {
        try consistently { manifest in
            let model = try read(by: manifest, digest)
            var files: [String: Data] = [:]
            for (name, entry) in manifest.files where name != Self.parametersName {
                files[entry.file ?? name] = Data(
                    try AtomicFile.read(
                        "\(path)/\(entry.file ?? name)", limit: TrunkFiles.largestFile))
            }
            let bytes = try AtomicFile.read(manifestPath, limit: 1 << 20)
            let trunk = TrunkFiles(manifest: Data(bytes), files: files)
            guard
                Self.digest(of: model.parameters.fileBytes, by: digest)
                    == manifest.files[Self.parametersName]?.sha256
            else {
                throw ModelError(
                    .corruptFile,
                    "\(path)/\(manifest.storedName(of: Self.parametersName)): the numbers do not lie "
                        + "in it as this program writes them, so that they could not be given back "
                        + "byte for byte; write the model anew, by importing it again")
            }
            return (model, trunk)
        }
    }

    /// The files of the model that the branches of the one in this folder were put on; `nil` where
    /// there are none.
    package func trunkFiles() throws -> TrunkFiles? {
        let bytes: [UInt8]
        do {
            bytes = try contents(of: TrunkFiles.name, limit: 2 * TrunkFiles.largestFile)
        } catch let error as ModelError where error.code == .missingFile {
            return nil
        }
        do {
            return try JSONDecoder.branchyNet.decode(TrunkFiles.self, from: Data(bytes))
        } catch {
            throw ModelError(
                .corruptFile, "\(path)/\(TrunkFiles.name): \(ModelError.describe(error))")
        }
    }
}

extension TrunkFiles {
    /// The files of a plain model, as it would be written.
    ///
    /// - Throws: what encoding throws.
    package init(of model: TrainedModel, digest: ModelFolder.Digest) throws {
        let described = [
            ModelFileName.network: try ModelFolder.encode(model.network),
            ModelFileName.details: try ModelFolder.encode(ModelDetails(model)),
        ]
        let parameters = [ModelFolder.parametersName: model.parameters.fileBytes]
        var manifest = ModelManifest()
        for (name, bytes) in described.merging(parameters, uniquingKeysWith: { first, _ in first })
        {
            manifest.files[name] = ModelManifest.Entry(
                bytes: bytes.count, sha256: ModelFolder.digest(of: bytes, by: digest))
        }
        self.manifest = Data(try ModelFolder.encode(manifest))
        files = described.mapValues { Data($0) }
    }

    /// The SHA-256 of the parameters' file.
    ///
    /// - Parameter source: the folder that these come from, for errors.
    package func parametersChecksum(_ source: String) throws -> String {
        let manifest = try readManifest("\(source)/\(Self.name)")
        guard let entry = manifest.files[ModelFolder.parametersName] else {
            throw ModelError(.corruptFile, "\(source)/\(Self.name): it lists no parameters")
        }
        return entry.sha256
    }

    /// Requires that a model's backbone still has the numbers that it had.
    ///
    /// - Throws: ``ModelError`` of code `corruptFile`.
    package func check(
        _ model: TrainedModel, _ source: String, digest: ModelFolder.Digest
    ) throws {
        _ = try parametersFile(of: model, source, digest: digest)
    }

    private func parametersFile(
        of model: TrainedModel, _ source: String, digest: ModelFolder.Digest
    ) throws -> [UInt8] {
        let bytes = try model.trunkParameters().fileBytes
        guard try ModelFolder.digest(of: bytes, by: digest) == parametersChecksum(source) else {
            throw ModelError(
                .corruptFile,
                "\(source): the numbers of the backbone are not those of the network that the branches "
                    + "were put on: they were trained or edited since")
        }
        return bytes
    }

    /// Writes the model that the branches of another were put on, byte for byte as it was.
    ///
    /// - Parameters:
    ///   - model: the branched one, from `source`.
    ///   - path: the folder, which is made, and holds no model.
    /// - Throws: ``ModelError`` where the backbone is another than it was, or files cannot be written.
    package func restore(
        of model: TrainedModel, _ source: String, to path: String, digest: ModelFolder.Digest
    ) throws {
        let manifest = try readManifest("\(source)/\(Self.name)")
        let parameters = try parametersFile(of: model, source, digest: digest)
        guard manifest.storedNames == Set(files.keys).union([parametersName(in: manifest)]) else {
            throw ModelError(
                .corruptFile, "\(source)/\(Self.name): its files are not those that it lists")
        }
        try ModelFolder(path).makeWriter().restore(
            files.mapValues { Array($0) }.merging(
                [parametersName(in: manifest): parameters]) { first, _ in first },
            manifest: Array(self.manifest))
    }

    private func parametersName(in manifest: ModelManifest) -> String {
        manifest.storedName(of: ModelFolder.parametersName)
    }
}

extension ParameterStore {
    /// As a model's folder keeps them.
    fileprivate var fileBytes: [UInt8] {
        Safetensors(self, metadata: ModelFolder.parametersMetadata).serialized()
    }
}

extension TrainedModel {
    /// The parameters of the backbone.
    ///
    /// - Throws: ``NetworkError`` where the network is none.
    package func trunkParameters() throws(NetworkError) -> ParameterStore {
        var trunk = ParameterStore()
        let plain = try network.withoutBranches(name: network.name).plainProgram().program
        for port in plain.parameters { trunk[port.name] = parameters[port.name] }
        return trunk
    }
}

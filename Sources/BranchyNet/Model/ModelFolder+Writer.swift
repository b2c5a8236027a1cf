#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension ModelFolder {
    /// The one writer of a model folder, as long as it lives.
    ///
    /// What is read before a change and written after it belongs into one writer's life, so that
    /// nobody else changes the model in between:
    ///
    ///     let writer = try folder.makeWriter(requiresModel: true)
    ///     var model = try folder.read()
    ///     model.policy = policy
    ///     try writer.update(model, digest: digest)
    public struct Writer: ~Copyable {
        /// What is written to.
        public let folder: ModelFolder
        private let lock: FolderLock

        init(_ folder: ModelFolder) throws {
            self.folder = folder
            lock = try FolderLock(folder.path)
        }
    }

    /// Takes the right to write, and makes the folder where there is none.
    ///
    /// - Parameter requiresModel: whether to refuse a folder that holds no model yet.
    /// - Throws: ``ModelError`` of code `busy` where another writer is at work, with who that is;
    ///   `unwritable` where the folder cannot be written; `missingFile` where there is to be a model
    ///   and is none.
    public func makeWriter(requiresModel: Bool = false) throws -> Writer {
        if requiresModel { _ = try readManifest() }
        // The last thing to be written, and too late to be told by.
        try AtomicFile.replaceableFile(at: manifestPath)
        return try Writer(self)
    }

    /// Writes a model and makes the folder where there is none, as a ``Writer`` does.
    ///
    /// - Throws: what ``makeWriter(requiresModel:)`` and
    ///   ``Writer/write(_:attachments:digest:)`` throw.
    public func write(
        _ model: TrainedModel, attachments: [String: [UInt8]] = [:], digest: Digest
    ) throws {
        try model.validate()
        try makeWriter().write(model, attachments: attachments, digest: digest)
    }

    /// Replaces what a model is besides its network and parameters, as a ``Writer`` does.
    ///
    /// - Throws: what ``makeWriter(requiresModel:)`` and ``Writer/update(_:digest:)`` throw.
    public func update(_ model: TrainedModel, digest: Digest) throws {
        try model.validate()
        try makeWriter(requiresModel: true).update(model, digest: digest)
    }
}

extension ModelFolder.Writer {
    /// Writes a model in place of the one that is there, if there is one.
    ///
    /// New files stand beside the old ones until the manifest names them, so that an interruption at
    /// any moment leaves the one model or the other.
    ///
    /// - Parameters:
    ///   - attachments: further files by name, such as the recipe.
    ///   - digest: gives the SHA-256 of each file for the manifest.
    /// - Throws: ``ModelError/Code/unwritable`` with the file and the system's reason,
    ///   ``ModelError/Code/wrongDigest`` where the digest is not SHA-256, and what
    ///   ``TrainedModel/validate()`` throws.
    public func write(
        _ model: TrainedModel, attachments: [String: [UInt8]] = [:], digest: ModelFolder.Digest
    ) throws {
        try model.validate()
        var files = attachments
        files[ModelFileName.network] = try encode(model.network)
        files[ModelFileName.details] = try encode(ModelDetails(model))
        files[ModelFolder.parametersName] = Safetensors(
            model.parameters, metadata: ModelFolder.parametersMetadata
        ).serialized()
        // What cannot be read is no model that anybody could lose.
        let old = (try? folder.readManifest()) ?? ModelManifest()
        try put(files, into: ModelManifest(), inPlaceOf: old, digest)
    }

    /// Replaces what a model is besides its network and parameters: policy, calibration, names.
    ///
    /// - Throws: ``ModelError`` where the folder holds no model or cannot be written, or the digest
    ///   is not SHA-256, and what ``TrainedModel/validate()`` throws.
    public func update(_ model: TrainedModel, digest: ModelFolder.Digest) throws {
        try model.validate()
        let old = try folder.readManifest()
        try put(
            [ModelFileName.details: encode(ModelDetails(model))], into: old, inPlaceOf: old, digest)
    }

    /// Replaces a file that stands beside the model, or makes it. The manifest does not name it.
    ///
    /// - Throws: ``ModelError`` of code `unwritable`; what was there before is untouched then.
    package func write(_ bytes: [UInt8], besideModelAs name: String) throws {
        try AtomicFile.write(bytes, to: folder.path + "/" + name)
    }

    /// Writes files that were a model's, byte for byte, where there is none.
    ///
    /// - Parameter manifest: of these files; it is written last.
    /// - Throws: ``ModelError`` of code `unwritable`.
    func restore(_ files: [String: [UInt8]], manifest: [UInt8]) throws {
        for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
            try AtomicFile.write(bytes, to: folder.path + "/" + name)
        }
        try AtomicFile.write(manifest, to: folder.manifestPath)
    }

    /// Removes a file of the folder, if it is there.
    package func remove(_ name: String) throws {
        let file = folder.path + "/" + name
        guard unlink(file) != 0, errno != ENOENT else { return }
        throw ModelError(.unwritable, "\(file): not removed: \(SystemFailure("unlink").message)")
    }

    private func put(
        _ files: [String: [UInt8]], into manifest: ModelManifest, inPlaceOf old: ModelManifest,
        _ digest: ModelFolder.Digest
    ) throws {
        try ModelFolder.requireSHA256(digest)
        var manifest = manifest
        for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
            var entry = ModelManifest.Entry(
                bytes: bytes.count, sha256: ModelFolder.digest(of: bytes, by: digest))
            let same = old.files[name].flatMap { isStored(bytes, as: $0.file ?? name) ? $0 : nil }
            let storedName =
                same.map { $0.file ?? name } ?? old.freeName(for: name, besides: files.keys)
            if storedName != name { entry.file = storedName }
            if same == nil { try AtomicFile.write(bytes, to: folder.path + "/" + storedName) }
            manifest.files[name] = entry
        }
        try AtomicFile.write(encode(manifest), to: folder.manifestPath)
        // Nothing refers to them any more; where one stays, it is only in the way.
        for name in old.storedNames.subtracting(manifest.storedNames) {
            unlink(folder.path + "/" + name)
        }
    }

    private func isStored(_ bytes: [UInt8], as name: String) -> Bool {
        (try? AtomicFile.read(folder.path + "/" + name, limit: bytes.count)) == bytes
    }

    private func encode(_ value: some Encodable) throws -> [UInt8] {
        try ModelFolder.encode(value)
    }
}

extension ModelFolder {
    /// A value as files of a model have it.
    static func encode(_ value: some Encodable) throws -> [UInt8] {
        try Array(JSONEncoder.branchyNet.encode(value)) + Array("\n".utf8)
    }
}

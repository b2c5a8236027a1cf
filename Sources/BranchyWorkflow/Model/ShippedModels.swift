import BranchyChecksum
package import BranchyNet

extension ShippedModels {
    /// Keeps a model that came with the program as it came.
    ///
    /// - Throws: `ModelError` of code `unwritable` where the folder holds one.
    static func refuseToChange(_ folder: String) throws {
        guard contains(folder) else { return }
        throw ModelError(
            .unwritable,
            "\(folder): this model came with the program and stays as it is; change a copy, made "
                + "by `cp -r \(folder.shellWord) FOLDER`, or pass --force")
    }
}

extension ModelFolder {
    /// Reads the model, checking every file against its SHA-256, and that there is the memory that
    /// it takes.
    package func load(within memory: MemoryLimit) throws -> TrainedModel {
        let trained = try ShippedModels.read(path, digest: Checksum.sha256)
        try memory.check(trained.network)
        return trained
    }
}

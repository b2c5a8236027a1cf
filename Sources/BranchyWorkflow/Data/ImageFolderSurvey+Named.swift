package import BranchyData

extension ImageFolderSurvey {
    /// Looks through a folder, or the files that a table names, and decodes every image.
    ///
    /// - Parameters:
    ///   - name: `folder:PATH`, `csv:FILE`, or the path of a folder.
    ///   - memory: how much of it an image may take.
    ///   - observer: told how many files were looked at.
    /// - Throws: `DatasetError` where it cannot be looked through, ``Interrupted``.
    package static func lookThrough(
        _ name: String, _ memory: MemoryLimit, _ observer: WorkflowObserver
    ) throws -> ImageFolderSurvey {
        let limits = ImageFolder.Limits(memoryByteCount: memory.byteCount)
        func watch(_ done: Int, _ count: Int) throws {
            try observer.step("looking through \(name)", done, of: count)
        }
        let known = name.contains(":") ? try DatasetName(name) : .imageFolder(path: name)
        switch known {
        case .imageFolder(let path):
            return try ImageFolderSurvey(
                of: path, decodesAll: true, limits: limits, observe: watch)
        case .imageTable(let path):
            return try ImageFolderSurvey(
                table: path, decodesAll: true, limits: limits, observe: watch)
        case .known, .idxFiles:
            throw DatasetError(
                .invalidConfiguration,
                "'\(name)' is no folder of images; expected folder:PATH or csv:FILE")
        }
    }
}

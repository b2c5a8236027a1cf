import BranchyNet

/// A file of class names, one a line.
enum ClassLabels {
    private static let largestFile = 1 << 24

    /// Reads as many names as there are classes.
    ///
    /// - Throws: `ModelError` where the file cannot be read, or has more or fewer lines.
    static func read(_ path: String, count: Int) throws -> [String] {
        let bytes = try AtomicFile.read(path, limit: largestFile)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ModelError(.corruptFile, "\(path): expected names in UTF-8")
        }
        var names = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .map(String.init)
        if names.last == "" { names.removeLast() }
        guard names.count == count else {
            throw ModelError(
                .corruptFile, "\(path): \(names.count) names, expected \(count), one a line")
        }
        if let empty = names.firstIndex(of: "") {
            throw ModelError(.corruptFile, "\(path): line \(empty + 1) is empty, expected a name")
        }
        return names
    }
}

import ArgumentParser
import BranchyNet

/// Whether files may be replaced that the program did not write.
struct ReplacementOptions: ParsableArguments {
    @Flag(help: "Replace files of these names even where this program did not write them.")
    var force = false
}

/// A file of results at a path that the user chose.
///
/// What is there is replaced only where it begins as results of the same kind do, or where the user
/// insists, so that no slip of the hand costs a model.
struct OutputFile {
    /// A kind of results.
    struct Kind {
        /// What it is called in messages, such as "a report of this program".
        let title: String
        /// What every file of this kind begins with.
        let beginning: String
    }

    let path: String
    let kind: Kind
    let isForced: Bool

    init(_ path: String, _ kind: Kind, _ options: ReplacementOptions) {
        (self.path, self.kind, isForced) = (path, kind, options.force)
    }

    /// Makes sure that the file may be written, before anything that takes long.
    ///
    /// - Throws: `ModelError` of code `unwritable`.
    func check() throws { _ = try place() }

    /// Writes the file as a whole. What is no regular file, such as a pipe or a terminal, is written
    /// to.
    ///
    /// - Throws: `ModelError` of code `unwritable`; a regular file is the old or the new one then.
    func write(_ text: String) throws { try place().write(Array(text.utf8)) }

    private func place() throws -> OutputPlace {
        let place = try OutputPlace(path)
        guard case .file(let file) = place else { return place }
        try OutputPlace.checkFolder(of: file)
        guard !isForced, try !isOurs(file) else { return place }
        throw ModelError(
            .unwritable,
            "\(path): not written: the file that is there is not \(kind.title); choose another name, "
                + "or replace it by --force")
    }

    /// Whether nothing would be lost that is not made again.
    private func isOurs(_ file: String) throws -> Bool {
        let beginning = Array(kind.beginning.utf8)
        do {
            let found = try AtomicFile.start(of: file, byteCount: beginning.count)
            return found.isEmpty || found == beginning
        } catch let error as ModelError where error.code == .missingFile {
            return true
        } catch let error as ModelError {
            throw ModelError(.unwritable, error.message)
        }
    }
}

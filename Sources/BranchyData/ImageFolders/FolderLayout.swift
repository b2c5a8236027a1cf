/// What the images of a folder are for, as the names of its folders say.
///
/// `train/CLASS/IMAGE`, `val/CLASS/IMAGE` and `test/CLASS/IMAGE` in any spelling of these parts, or
/// `CLASS/IMAGE` alone. A class is the first folder below its part; what lies deeper in it belongs to
/// it, as torchvision's `ImageFolder` has it. One enclosing folder may be around all of it.
struct FolderLayout {
    /// What part of a data set images are.
    enum Part: String, Hashable, CaseIterable, Sendable {
        case training, validation, test
        /// Of a folder that is not divided.
        case undivided

        private static let spellings: [Part: Set<String>] = [
            .training: ["train", "training"], .validation: ["val", "valid", "validation"],
            .test: ["test", "testing"],
        ]

        /// The part that a folder's name means, however it is written.
        init?(folder name: String) {
            let name = name.lowercased()
            guard let part = Self.spellings.first(where: { $0.value.contains(name) }) else {
                return nil
            }
            self = part.key
        }
    }

    /// Where a file belongs.
    enum Place: Equatable {
        case image(part: Part, folder: String, className: String)
        /// It belongs nowhere, for a reason.
        case nowhere(String)
    }

    /// How many names stand before part or class.
    private let enclosingDepth: Int
    /// Whether there are parts.
    let isDivided: Bool

    /// Recognises the layout of files, given the names on the way to each.
    init(of files: [[String]]) {
        var depth = 0
        while true {
            let folders = Set(
                files.lazy.filter { $0.count > depth + 1 }.map { $0[depth] })
            if folders.contains(where: { Part(folder: $0) == .training }) {
                (enclosingDepth, isDivided) = (depth, true)
                return
            }
            // A folder that holds all others, and nothing beside it: it is around them, or the only
            // class, of which nothing could be learnt.
            guard depth < 2, folders.count == 1, Self.hasFolders(files, at: depth + 1) else {
                break
            }
            depth += 1
        }
        (enclosingDepth, isDivided) = (depth, false)
    }

    private static func hasFolders(_ files: [[String]], at depth: Int) -> Bool {
        files.contains { $0.count > depth + 1 }
    }

    /// Where a file belongs.
    func place(of path: [String]) -> Place {
        let names = path.dropFirst(enclosingDepth)
        guard isDivided else {
            guard names.count > 1, let name = names.first else { return .nowhere("in no class") }
            return .image(part: .undivided, folder: "", className: name)
        }
        guard names.count > 1, let folder = names.first, let part = Part(folder: folder) else {
            return .nowhere("in no part")
        }
        guard names.count > 2 else { return .nowhere("in no class") }
        return .image(part: part, folder: folder, className: names[names.startIndex + 1])
    }
}

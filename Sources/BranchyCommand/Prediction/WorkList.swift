import BranchyCompute

/// A few images that one thread answers one after the other.
struct PieceOfWork: Sendable {
    enum Content: Sendable {
        /// Files of a group, and how many images are to be answered at most.
        case files(ArraySlice<String>, limit: Int)
        /// The pixels of some images of a file, and which of its images the first one is.
        case images([UInt8], first: Int)
        /// A file in whose place, or behind whose images, there is nothing to answer.
        case unanswered(UnansweredFile)
        /// What is wrong where these images should be, and ends the work.
        case failure(any Error)
    }

    /// Its turn, counted from 0.
    let number: Int
    /// What the user named.
    let group: ImageGroup?
    let content: Content
    /// Which table its answers stand in, counted from 1.
    let table: Int
    /// Whether it is the first one of its group.
    var isFirst = false
}

/// What a user wants answered, cut into pieces in the order of the answers. Files that are not named
/// like pictures are read here, no further than they are asked for.
struct WorkList: ~Copyable {
    /// Enough that handing over costs little, and so few that answers come soon.
    static let imagesOfAPiece = 64
    /// So many bytes of pixels a piece has at most, unless one image has more.
    private static let bytesOfAPiece = 1 << 20

    private var paths: ArraySlice<String>
    private let input: ImageInput
    private let limit: Int?
    /// The group that is being cut, and what is left of it.
    private var group: ImageGroup?
    private var files: ArraySlice<String> = []
    private var images: ImageFile?
    private var firstImage = 0
    private var number = 0
    private var table = 0
    private var isAmongPictures = false

    /// - Parameters:
    ///   - paths: files and folders, as the user named them.
    ///   - input: what the images have to become.
    ///   - limit: how many images are answered of each file or folder.
    init(_ paths: [String], as input: ImageInput, limit: Int?) {
        self.paths = paths[...]
        self.input = input
        self.limit = limit
    }

    /// The next piece, or `nil` after the last; what ends the work is the last.
    mutating func next() -> PieceOfWork? {
        if let content = takeContent() { return piece(content) }
        guard let path = paths.popFirst() else { return nil }
        do {
            return firstPiece(of: try ImageGroup(path))
        } catch {
            return piece(end(with: error))
        }
    }

    private mutating func firstPiece(of group: ImageGroup) -> PieceOfWork {
        self.group = group
        let content = open(group) ?? takeContent() ?? .images([], first: 0)
        if case .unanswered = content {
            // Pictures before and behind it stay in one table.
        } else {
            if !(group.isPicture && isAmongPictures) { table += 1 }
            isAmongPictures = group.isPicture
        }
        var piece = piece(content)
        piece.isFirst = true
        return piece
    }

    /// Begins with a group.
    ///
    /// - Returns: what is wrong with it, if anything is.
    private mutating func open(_ group: ImageGroup) -> PieceOfWork.Content? {
        guard !group.isFolder, !group.isPicture else {
            files = group.files[...]
            return nil
        }
        do {
            images = try ImageFile.open(group.path, as: input, limit: limit ?? .max)
            firstImage = 0
            return nil
        } catch {
            return leave(group, because: error)
        }
    }

    /// Goes on behind a file that cannot be read, or no further.
    private mutating func leave(
        _ group: ImageGroup?, because error: any Error
    ) -> PieceOfWork.Content {
        guard let file = UnansweredFile(group?.path ?? "", error) else { return end(with: error) }
        images = nil
        return .unanswered(file)
    }

    private mutating func end(with error: any Error) -> PieceOfWork.Content {
        (paths, files) = ([], [])
        images = nil
        return .failure(error)
    }

    private mutating func piece(_ content: PieceOfWork.Content) -> PieceOfWork {
        defer { number += 1 }
        return PieceOfWork(number: number, group: group, content: content, table: table)
    }

    /// What comes next of the group, or `nil` at its end.
    private mutating func takeContent() -> PieceOfWork.Content? {
        if !files.isEmpty { return takeFiles() }
        do {
            let count = min(
                Self.imagesOfAPiece, max(1, Self.bytesOfAPiece / input.shape.elementCount))
            guard let pixels = try images?.next(count), !pixels.isEmpty else {
                images = nil
                return nil
            }
            defer { firstImage += pixels.count / input.shape.elementCount }
            return .images(pixels, first: firstImage)
        } catch {
            return leave(group, because: error)
        }
    }

    private mutating func takeFiles() -> PieceOfWork.Content {
        // How many images are left to be answered is known only when those before were read.
        let part = files.prefix(limit == nil ? Self.imagesOfAPiece : .max)
        files = files.dropFirst(part.count)
        return .files(part, limit: limit ?? .max)
    }
}

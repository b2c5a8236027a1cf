import BranchyCompute
import BranchyNet
import BranchyWorkflow

/// What one of the threads that answer images needs, all of it used again for each image.
struct AnsweringThread: ~Copyable {
    private let turns: Turns
    private let shape: Shape
    private let input: ImageInput
    private var answerer: ImageAnswerer
    private var reader: PictureReader
    /// The file of the answer.
    private var path = ""
    private var lines: AnswerLines
    /// Whether there is anything for the table of the piece in hand, be it no image.
    private var isTableNeeded = false
    private var note: String?
    /// What is said of files that cannot be answered, a line each.
    private var complaints = ""
    /// What is said of the first answer that is not finite, once of all threads.
    private var warning: String?
    private var lastHandOver = ContinuousClock.now
    /// What became of everything so far.
    private(set) var counts = AnswerCounts()

    /// So many bytes of answers are kept at most, not to hold on to memory.
    private static let keptByteCount = 1 << 16
    /// So long answers are kept at most where they could be printed.
    private static let keptTime = Duration.milliseconds(50)

    init(_ pipeline: PredictionPipeline, _ turns: Turns) throws {
        self.turns = turns
        shape = pipeline.model.network.inputShape
        answerer = try ImageAnswerer(pipeline)
        input = ImageInput(of: pipeline.model)
        reader = PictureReader(input)
        lines = pipeline.lines
    }

    /// Answers all images of a piece of work and hands the answers over when it is their turn.
    ///
    /// - Throws: where it fails, when it is its turn; `Turns.Ended` where another piece did before.
    mutating func work(on piece: PieceOfWork) throws {
        note = piece.isFirst ? piece.group?.note : nil
        isTableNeeded = false
        do {
            try answerAll(of: piece)
        } catch {
            try handOver(piece)
            throw error
        }
        try handOver(piece)
        turns.pass()
    }

    private mutating func answerAll(of piece: PieceOfWork) throws {
        switch piece.content {
        case .files(let paths, let limit):
            var left = limit
            for (number, path) in paths.enumerated() where number == 0 || left > 0 {
                try answerOrComplain(ofFile: path, &left, in: piece)
            }
        case .images(let pixels, let first):
            begin(piece.group?.path ?? "", of: piece)
            try answer(pixels, first: first, of: piece)
        case .unanswered(let file): try complain(of: file, in: piece)
        case .failure(let error): throw error
        }
    }

    private mutating func answerOrComplain(
        ofFile path: String, _ left: inout Int, in piece: PieceOfWork
    ) throws {
        do {
            try answerFile(path, &left, of: piece)
        } catch {
            guard let file = UnansweredFile(path, error) else { throw error }
            try complain(of: file, in: piece)
        }
    }

    /// Answers a file that is a picture by its name, although it may hold many images.
    private mutating func answerFile(
        _ path: String, _ left: inout Int, of piece: PieceOfWork
    ) throws {
        if let pixels = try reader.read(path) {
            begin(path, of: piece)
            guard left > 0 else { return }
            left -= 1
            return try answer(pixels, first: 0, of: piece)
        }
        var file = try ImageFile.open(path, as: input, limit: left)
        begin(path, of: piece)
        var first = 0
        while case let pixels = try file.next(WorkList.imagesOfAPiece), !pixels.isEmpty {
            try answer(pixels, first: first, of: piece)
            first += pixels.count / shape.elementCount
            left -= pixels.count / shape.elementCount
        }
    }

    private mutating func begin(_ path: String, of piece: PieceOfWork) {
        self.path = path
        isTableNeeded = true
        lines.begin(file: path, column: piece.group?.column(of: path))
    }

    /// Answers some images of the file that was begun.
    private mutating func answer(
        _ pixels: [UInt8], first: Int, of piece: PieceOfWork
    ) throws {
        let size = shape.elementCount
        for place in 0..<pixels.count / size {
            let index = first + place
            guard !Interrupt.isRequested else {
                throw Interrupted(description: "stopped in \(path) after \(index) images")
            }
            let end = try answerer.answer(
                pixels.span.extracting(place * size..<(place + 1) * size), index, to: &lines)
            counts.images += 1
            if answerer.isUnsure { counts.unsureImages += 1 }
            if let exit = answerer.exitNotFinite { warn(ofExit: exit, image: index) }
            try handOverIfDue(piece, at: end)
        }
    }

    /// Goes on behind a file that cannot be answered.
    private mutating func complain(of file: UnansweredFile, in piece: PieceOfWork) throws {
        guard !Interrupt.isRequested else {
            throw Interrupted(description: "stopped at \(file.path)")
        }
        counts.failedFiles += 1
        complaints += "Error: \(file.reason.onOneLine)\n"
        lines.append(file)
        try handOverIfDue(piece, at: .now)
    }

    /// Where one answer is not finite, most are not, and each is marked.
    private mutating func warn(ofExit exit: Int, image: Int) {
        guard warning == nil else { return }
        warning =
            "warning: \(path): the logits of exit \(exit + 1) are NaN or infinite for image "
            + "\(image), so this answer means nothing, nor does any other that is marked as "
            + "not finite; were the model's parameters damaged?\n"
    }

    private mutating func handOverIfDue(
        _ piece: PieceOfWork, at now: ContinuousClock.Instant
    ) throws {
        guard
            lines.bytes.count > Self.keptByteCount || complaints.utf8.count > Self.keptByteCount
                || now - lastHandOver > Self.keptTime && turns.isTurn(of: piece.number)
        else { return }
        try handOver(piece)
        lastHandOver = now
    }

    /// Prints what was made so far, when it is its turn.
    private mutating func handOver(_ piece: PieceOfWork) throws {
        try turns.wait(for: piece.number)
        if let note = note.take() { StandardError.write(note) }
        if let warning, turns.isFirstWarning() { StandardError.write(warning) }
        if isTableNeeded, let group = piece.group, turns.begins(table: piece.table) {
            try StandardOutput.write(
                escaped: lines.heading(
                    group.isPicture ? nil : group.path,
                    namesFiles: group.isFolder || group.isPicture))
        }
        try StandardOutput.write(escaped: lines.bytes)
        lines.bytes.removeAll(keepingCapacity: true)
        guard !complaints.isEmpty else { return }
        StandardError.write(complaints)
        complaints = ""
    }
}
